"""One very large dilation leaves holes.

expect:
  design_net: {score: 3, says: "holes"}
"""

# %% design_net_answer
my_net = [{"k": 3}, {"k": 3}, {"k": 3, "d": lesson.design_target(STUDENT_ID)["min_rf"] // 2}]
