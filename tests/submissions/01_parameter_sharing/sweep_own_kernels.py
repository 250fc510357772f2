"""Thinks that training gives each position its own kernel.

expect:
  sweep_intuition: {score: 0.6666666666666666, says: "locally connected layer"}
"""

# %% sweep_intuition_answer
wanted = {"image size", "detector", "own kernels"}
chosen = [letter for letter, key in lesson.sweep_order(STUDENT_ID).items() if key in wanted]
