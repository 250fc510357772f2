"""Mixes the channels of colour images.

expect:
  permutation: {score: 1.75, says: "expected"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    n = len(x)
    return x.reshape(n, -1)[:, perm].reshape(n, 1, *x.shape[2:])
