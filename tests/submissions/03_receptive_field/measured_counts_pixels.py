"""Counts the rows and columns that matter: gaps are left out.

expect:
  measured_rf: {score: 2.5, says: "gaps included"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    y = net(x)
    matters = torch.zeros(in_hw, dtype=torch.bool)
    for channel in range(y.shape[1]):
        unit = y[:, channel, y.shape[2] // 2, y.shape[3] // 2].sum()
        (gradient,) = torch.autograd.grad(unit, x, retain_graph=True)
        matters |= (gradient != 0).any(dim=1).any(dim=0)

    return int(matters.any(dim=1).sum()), int(matters.any(dim=0).sum())
