"""Adds k-1 of the convolutions instead of measuring.

expect:
  measured_rf: {score: 0, says: "measure what can change the unit"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    rf = 1
    for m in net:
        if isinstance(m, torch.nn.Conv2d): rf += m.kernel_size[0] - 1
    return rf, rf
