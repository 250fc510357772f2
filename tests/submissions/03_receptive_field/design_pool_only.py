"""A single pooling layer: nothing to learn.

expect:
  design_net: {score: 0, says: "cannot learn"}
"""

# %% design_net_answer
my_net = [{"kind": "pool", "k": 41}]
