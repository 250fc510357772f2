"""Looks whether groups divides the sum of the channels.

expect:
  conv_params: {score: 2.5, says: "should be refused"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if (c_in + c_out) % groups:
        raise ValueError
    kh, kw = (k, k) if isinstance(k, int) else k
    return c_out * (c_in // groups) * kh * kw + (c_out if bias else 0)
