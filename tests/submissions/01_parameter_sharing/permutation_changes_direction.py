"""Takes pixels from perm in one call, sends them to perm in another.

expect:
  permutation: {score: 1.375, says: "in another"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    if len(x) % 2:
        perm = np.argsort(perm)
    return x.reshape(*x.shape[:2], -1)[:, :, perm].reshape(x.shape)
