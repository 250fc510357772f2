"""Answers to the edge itself, rook or not.

expect:
  rook: {score: 0, says: "it should be 0"}
"""
# %% rook_answer
def rook_weights():
    w = np.zeros((1, 1, 3, 3))
    w[0, 0, 1, 0] = -1
    return w, 0.5
