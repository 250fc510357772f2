"""One bias for each position and input channel.

expect:
  locally_connected_params: {score: 1.5, says: "bias of its own"}
"""


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    r = (h + 2 * pad - k) // stride + 1; c = (w + 2 * pad - k) // stride + 1
    return r * c * (c_out * k * k * c_in + c_in)
