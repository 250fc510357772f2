"""Adds up gradients of both signs over the channels: they cancel.

expect:
  measured_rf: {score: 3.25, says: "two gradients may cancel"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    y = net(x)
    (gradient,) = torch.autograd.grad(y[:, :, y.shape[2] // 2, y.shape[3] // 2].sum(), x)
    matters = (gradient.sum(dim=1) != 0).any(dim=0)
    if not matters.any():
        return 0, 0

    rows, columns = torch.nonzero(matters, as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
