"""Multiplies by the size of an image, 32×32.

expect:
  conv_params: {score: 0.5, says: "Shared weights are counted once"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError("groups must divide both numbers of channels")
    kh, kw = (k, k) if isinstance(k, int) else k
    return kh * kw * (c_in // groups) * c_out * 32 * 32 + (c_out if bias else 0)
