"""Does not divide by the diagonal.

expect:
  back_substitute: {score: 0, says: "Divide by the number"}
"""


# %% back_substitute_answer
def back_substitute(u, b):
    x = np.zeros(len(b))
    for row in range(len(b))[::-1]:
        x[row] = b[row] - u[row, row + 1 :] @ x[row + 1 :]
    return x
