"""Takes the height for the width where there is a stride.

expect:
  locally_connected_params: {score: 1.5, says: "need not be square"}
"""


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    r = (h + 2 * pad - k) // stride + 1
    c = r if stride > 1 else (w + 2 * pad - k) // stride + 1
    return r * c * c_out * (k * k * c_in + 1)
