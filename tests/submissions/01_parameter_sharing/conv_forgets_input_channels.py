"""Counts k·k weights per filter, not k·k·C_in.

expect:
  conv_params: {score: 1.0, says: "left out the input channels"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError("groups must divide both numbers of channels")
    kh, kw = (k, k) if isinstance(k, int) else k
    return kh * kw * c_out // groups + (c_out if bias else 0)
