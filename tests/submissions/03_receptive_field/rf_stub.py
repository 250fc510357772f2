"""Returns the same numbers for every net.

expect:
  receptive_field: {score: 0, says: "got 3, expected 5"}
  measured_rf: {score: 0, says: "expected (3, 3)"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    return 3, 1, 1.0


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    return 5, 5
