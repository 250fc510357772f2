"""Forgets the groups where the kernel is a rectangle.

expect:
  conv_params: {score: 2.5, says: "does not change your count"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError
    if isinstance(k, int):
        return c_out * (c_in // groups) * k * k + (c_out if bias else 0)
    return c_out * c_in * k[0] * k[1] + (c_out if bias else 0)
