"""Returns something of the right form everywhere: nothing is earned.

expect:
  conv_out_size: {score: 0, says: "expected"}
  shape_predictions: {score: 0, says: "got"}
  conv2d: {score: 0, says: "shape"}
  conv2d_backward: {score: 0, says: "expected"}
  equivariance: {score: 0, says: "nothing moved"}
  where_it_breaks: {score: 0, says: "not the right answer"}
  rook: {score: 0, says: "should be above 0"}
"""
# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    return 0

# %% shape_predictions_answer
predict = {letter: (1, 1) for letter in "ABCDEFGH"}

# %% conv2d_answer
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    return x

# %% conv2d_backward_answer
def conv2d_backward(dout, x, w, stride=1, pad=0):
    return np.zeros_like(x), np.zeros_like(w), np.zeros(len(w))

# %% equivariance_answer
def shift(x, dy, dx):
    return x


def equivariance_error(f, x, dy, dx, margin):
    return 0.0

# %% where_it_breaks_answer
breaks = dict.fromkeys(
    ["conv_no_padding", "conv_zero_padding_inside", "conv_zero_padding_border", "conv_circular",
     "conv_stride2_shift1", "conv_stride2_shift2", "max_pool2_shift1", "max_pool2_shift2",
     "global_average", "flatten_linear", "conv_turned"], "equivariant")

# %% rook_answer
def rook_weights():
    return np.zeros((1, 1, 3, 3)), 0
