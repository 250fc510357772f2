"""Looks at the first output channel only.

expect:
  measured_rf: {score: 3.25, says: "all channels"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    y = net(x)
    (gradient,) = torch.autograd.grad(y[:, 0, y.shape[2] // 2, y.shape[3] // 2].sum(), x)
    matters = (gradient != 0).any(dim=1).any(dim=0)

    rows, columns = torch.nonzero(matters, as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
