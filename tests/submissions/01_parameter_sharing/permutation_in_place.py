"""Writes the result into the images that it was given.

expect:
  permutation: {score: 1.875, says: "no longer what it was"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    x[:] = x.reshape(*x.shape[:2], -1)[:, :, perm].reshape(x.shape)
    return x
