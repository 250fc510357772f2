"""Chooses nothing.

expect:
  sweep_intuition: {score: 0.0, says: "No statement is chosen yet"}
"""

# %% sweep_intuition_answer
chosen = []
