"""Thinks that both networks suffer.

expect:
  permutation: {score: 1.5, says: "no grid to lose"}
"""

# %% permutation_predict_answer
permutation_predict = {"cnn": "drops", "mlp": "drops"}
