"""Never answers.

expect:
  rook: {score: 0, says: "should be above 0"}
"""
# %% rook_answer
def rook_weights():
    return np.zeros((1, 1, 3, 3)), 0.0
