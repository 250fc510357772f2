"""Widens the field by pooling: the jump is too large.

expect:
  design_net: {score: 1.5, says: "jump of 16"}
"""

# %% design_net_answer
my_net = [(3,), {"kind": "pool", "k": 2, "s": 2}] * 4
