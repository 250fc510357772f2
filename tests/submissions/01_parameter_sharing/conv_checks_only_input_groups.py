"""Refuses groups only where they do not divide c_in.

expect:
  conv_params: {score: 2.5, says: "should be refused with ValueError"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups != 0:
        raise ValueError("groups must divide c_in")
    kh, kw = (k, k) if isinstance(k, int) else k
    return kh * kw * (c_in // groups) * c_out + bias * c_out
