"""Takes the height of the kernel for its width.

expect:
  conv_params: {score: 2.5, says: "they may differ"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError("groups must divide both numbers of channels")
    k = k if isinstance(k, int) else k[0]
    return k * k * (c_in // groups) * c_out + bias * c_out
