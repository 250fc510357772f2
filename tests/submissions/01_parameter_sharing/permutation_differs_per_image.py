"""Draws another permutation for every image.

expect:
  permutation: {score: 1.0, says: "same given perm for every image"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    rng = np.random.default_rng(0)
    rows = x.reshape(*x.shape[:2], -1)
    return np.stack([image[:, rng.permutation(len(perm))] for image in rows]).reshape(x.shape)
