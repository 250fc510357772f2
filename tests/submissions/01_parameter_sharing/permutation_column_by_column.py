"""Reads the pixels column by column.

expect:
  permutation: {score: 1.125, says: "not that of perm"}
"""


# %% permutation_answer
def permute_pixels(x, perm):
    rows = x.transpose(0, 1, 3, 2).reshape(*x.shape[:2], -1)
    return rows[:, :, perm].reshape(x.shape)
