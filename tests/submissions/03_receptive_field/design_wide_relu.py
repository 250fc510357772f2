"""ReLUs of width 3.

expect:
  design_net: {score: 0, says: "a ReLU has k = 1"}
"""


# %% design_net_answer
my_net = [{"kind": "relu", "k": 3}] * 30
