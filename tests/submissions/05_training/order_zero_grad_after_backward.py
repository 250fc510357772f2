"""Wipes the fresh gradient out before the step.

expect:
  loop_order: {score: 0.75, says: "erases the gradient"}
"""

# %% loop_order_answer
lines = lesson.loop_lines(STUDENT_ID)
clues = ["next(", "= model(", "cross_entropy", "backward", "zero_grad", ".step("]
loop_order = [letter for clue in clues for letter, line in lines.items() if clue in line]
