"""Leaves out the gradient.

expect:
  sweep_intuition: {score: 1.3333333333333333, says: "Not every true statement"}
"""

# %% sweep_intuition_answer
wanted = {"image size", "detector"}
chosen = [letter for letter, key in lesson.sweep_order(STUDENT_ID).items() if key in wanted]
