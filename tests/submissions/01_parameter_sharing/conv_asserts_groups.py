"""Refuses wrong groups with an assertion.

expect:
  conv_params: {score: 2.5, says: "it stopped with AssertionError"}
"""


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    assert c_in % groups == 0 and c_out % groups == 0
    kh, kw = (k, k) if isinstance(k, int) else k
    return kh * kw * (c_in // groups) * c_out + bias * c_out
