"""Returns the images as they are.

expect:
  permutation: {score: 1.0, says: "as they were"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    return x.copy()
