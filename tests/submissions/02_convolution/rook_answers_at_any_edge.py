"""Answers to a rook at any edge.

expect:
  rook: {score: 0, says: "it should be 0"}
"""
# %% rook_answer
def rook_weights():
    w = np.array([[0.0, -1, 0], [-1, 4, -1], [0, -1, 0]]).reshape(1, 1, 3, 3)
    return w, -4.5
