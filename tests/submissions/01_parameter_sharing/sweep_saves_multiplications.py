"""Chooses fewer multiplications as well.

expect:
  sweep_intuition: {score: 1.3333333333333333, says: "Sharing cuts weights, not multiplications"}
"""

# %% sweep_intuition_answer
wanted = {"image size", "detector", "gradient", "multiplications"}
chosen = [letter for letter, key in lesson.sweep_order(STUDENT_ID).items() if key in wanted]
