"""Chooses every statement.

expect:
  sweep_intuition: {score: 0.0, says: "Sharing is over positions only"}
"""

# %% sweep_intuition_answer
chosen = list("ABCDEF")
