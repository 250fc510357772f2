"""Returns flattened images.

expect:
  permutation: {score: 1.0, says: "has shape"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    return x.reshape(*x.shape[:2], -1)[:, :, perm]
