"""Looks at the last output channel only.

expect:
  measured_rf: {score: 3.25, says: "zero gradient is not proof"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    y = net(x)
    c = y[:, -1, y.shape[2] // 2, y.shape[3] // 2].sum()
    m = (torch.autograd.grad(c, x)[0] != 0).any(0).any(0)
    r, c = torch.nonzero(m, as_tuple=True)
    return int(r.max() - r.min()) + 1, int(c.max() - c.min()) + 1
