"""Thinks that sharing covers rotations.

expect:
  sweep_intuition: {score: 1.3333333333333333, says: "never turned"}
"""

# %% sweep_intuition_answer
wanted = {"image size", "detector", "gradient", "rotation"}
chosen = [letter for letter, key in lesson.sweep_order(STUDENT_ID).items() if key in wanted]
