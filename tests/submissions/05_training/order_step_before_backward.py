"""Steps before the backward pass.

expect:
  loop_order: {score: 0, says: "before this turn's gradient is there"}
"""

# %% loop_order_answer
lines = lesson.loop_lines(STUDENT_ID)
clues = ["zero_grad", "next(", "= model(", "cross_entropy", ".step(", "backward"]
loop_order = [letter for clue in clues for letter, line in lines.items() if clue in line]
