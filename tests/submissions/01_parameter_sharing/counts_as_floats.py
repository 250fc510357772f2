"""Returns counts as floats, and divides with /.

expect:
  dense_params: {score: 1.5, says: "expected an int"}
  conv_params: {score: 2.5, says: "expected an int"}
  locally_connected_params: {score: 1.75, says: "whole number"}
  conv_macs: {score: 1.75, says: "whole number"}
  stack_vs_single: {score: 2.5, says: "expected an int"}
"""


# %% dense_params_answer
def dense_params(in_shape, units, bias=True):
    return float(np.prod(in_shape)) * units + units * bias


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError("groups")
    kh, kw = k if isinstance(k, tuple) else (k, k)
    return c_in / groups * c_out * kh * kw + bias * c_out


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    rows, columns = (h + 2 * pad - k) / stride + 1, (w + 2 * pad - k) / stride + 1
    return rows * columns * c_out * (k * k * c_in + 1)


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    rows, columns = (h + 2 * pad - k) / stride + 1, (w + 2 * pad - k) / stride + 1
    return rows * columns * c_out * k * k * c_in


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return float(k * k * c * (c_in + (depth - 1) * c))


def single_params(c_in, c, k):
    return float(k * k * c_in * c)


claim = {
    (c_in, c): "stack" if stack_params(c_in, c, 3, 3) < single_params(c_in, c, 7) else "single"
    for c_in, c in lesson.claim_pairs(STUDENT_ID)
}
