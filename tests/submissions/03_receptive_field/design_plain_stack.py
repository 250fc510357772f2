"""Stacks plain 3×3 layers until the field is wide enough: too many parameters.

expect:
  design_net: {score: 1.5, says: "parameters, at most"}
"""

# %% design_net_answer
my_net = [(3, 1, 1)] * ((lesson.design_target(STUDENT_ID)["min_rf"] - 1) // 2)
