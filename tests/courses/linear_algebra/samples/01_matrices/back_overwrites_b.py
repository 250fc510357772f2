"""Works in b itself.

expect:
  back_substitute: {score: 4, says: "changed its argument b"}
"""


# %% back_substitute_answer
def back_substitute(u, b):
    if np.any(np.diag(u) == 0):
        raise ValueError
    for row in range(len(b))[::-1]:
        b[row] = (b[row] - u[row, row + 1 :] @ b[row + 1 :]) / u[row, row]
    return b
