"""Returns whole numbers of 8 bits.

expect:
  permutation: {score: 1, says: "lost or changed"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    return x.reshape(*x.shape[:2], -1)[:, :, perm].reshape(x.shape).astype(np.uint8)
