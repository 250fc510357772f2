"""Answers of every wrong form.

expect:
  shape_predictions: {score: 0, says: "no answer yet"}
"""


# %% shape_predictions_answer
predict = {"A": "3x5", "B": (1, 2, 3), "C": 7, "D": ("a", "b"), "E": None, "F": (float("nan"), 1), "G": [], "H": {1: 2}}
