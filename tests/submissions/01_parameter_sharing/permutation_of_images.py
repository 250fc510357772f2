"""Permutes the images of the batch instead of the pixels.

expect:
  permutation: {score: 1.0}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    return x[np.random.default_rng(1).permutation(len(x))]
