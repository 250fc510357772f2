"""Chooses all true statements and a false one.

expect:
  sweep_intuition: {score: 1.333333, says: "is not true"}
"""


# %% sweep_intuition_answer
o = {t: l for l, t in lesson.sweep_order(STUDENT_ID).items()}
chosen = [o["image size"], o["detector"], o["gradient"], o["multiplications"]]
