"""Divides the number of biases by the groups.

expect:
  conv_params: {score: 2.5, says: "do not depend on groups"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * (c_in // groups) * kh * kw + (c_out // groups if bias else 0)
