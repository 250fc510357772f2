"""Thinks that the MLP suffers and the CNN does not.

expect:
  permutation: {score: 1.0, says: "The MLP has no grid to lose"}
"""

# %% permutation_predict_answer
permutation_predict = {"cnn": "same", "mlp": "drops"}
