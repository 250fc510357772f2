"""Gives every input channel a bias.

expect:
  conv_params: {score: 2.5, says: "not per input channel"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError("groups must divide both numbers of channels")
    kh, kw = (k, k) if isinstance(k, int) else k
    return kh * kw * (c_in // groups) * c_out + (c_in if bias else 0)
