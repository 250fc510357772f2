"""Looks at the first unit, whose field is cut by the padding.

expect:
  measured_rf: {score: 0.5, says: "cut by the border"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    y = net(x)
    matters = torch.zeros(in_hw, dtype=torch.bool)
    for channel in range(y.shape[1]):
        (gradient,) = torch.autograd.grad(y[:, channel, 0, 0].sum(), x, retain_graph=True)
        matters |= (gradient != 0).any(dim=1).any(dim=0)

    rows, columns = torch.nonzero(matters, as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
