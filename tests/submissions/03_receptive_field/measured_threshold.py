"""Counts only pixels of strong influence.

expect:
  measured_rf: {score: 2.0, says: "too few pixels"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    torch.manual_seed(0)
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    y = net(x)
    centre = y[:, :, y.shape[2] // 2, y.shape[3] // 2]
    g = torch.autograd.grad(centre.abs().sum(), x)[0].abs().mean(0).amax(0)
    m = g > 0.2 * g.max()
    r, c = torch.nonzero(m, as_tuple=True)
    return int(r.max() - r.min()) + 1, int(c.max() - c.min()) + 1
