"""Never divides the channels by groups.

expect:
  conv_params: {score: 2.5, says: "groups does not change your count"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    if c_in % groups or c_out % groups:
        raise ValueError("groups must divide both numbers of channels")
    kh, kw = (k, k) if isinstance(k, int) else k
    return kh * kw * c_in * c_out + bias * c_out
