"""Every function returns None.

expect:
  dense_params: {score: 0.0}
  conv_params: {score: 0.0}
  locally_connected_params: {score: 0.0}
  conv_macs: {score: 0.0}
  stack_vs_single: {score: 0.0}
  sweep_intuition: {score: 0.0}
  permutation: {score: 0.0}
"""


# %% dense_params_answer
def dense_params(in_shape, units, bias=True):
    return None


# %% conv_params_answer
def conv_params(c_in, c_out, k, bias=True, groups=1):
    return None


# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    return None


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    return None


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return None


def single_params(c_in, c, k):
    return None


claim = {}

# %% sweep_intuition_answer
chosen = ""

# %% permutation_predict_answer
permutation_predict = {}


# %% permutation_answer
def permute_pixels(x, perm):
    return None
