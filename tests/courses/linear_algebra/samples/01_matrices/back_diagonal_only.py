"""Divides by the diagonal and forgets the rest.

expect:
  back_substitute: {score: 0, says: "known already count too"}
"""


# %% back_substitute_answer
def back_substitute(u, b):
    if np.any(np.diag(u) == 0):
        raise ValueError
    return b / np.diag(u)
