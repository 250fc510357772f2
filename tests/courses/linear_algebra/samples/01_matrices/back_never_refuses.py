"""Divides by zero.

expect:
  back_substitute: {score: 5, says: "should be refused with ValueError"}
"""


# %% back_substitute_answer
def back_substitute(u, b):
    x = np.zeros(len(b))
    with np.errstate(all="ignore"):
        for row in range(len(b))[::-1]:
            x[row] = (b[row] - u[row, row + 1 :] @ x[row + 1 :]) / u[row, row]
    return x
