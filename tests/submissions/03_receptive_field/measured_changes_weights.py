"""Makes the network's own weights positive.

expect:
  measured_rf: {score: 2.75, says: "other weights"}
"""


# %% measured_rf_answer
def ref_meas(net, in_hw, c_in=1):
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    y = net(x)
    centre = y[:, :, y.shape[2] // 2, y.shape[3] // 2]
    matters = torch.zeros(in_hw, dtype=torch.bool)
    for channel in range(y.shape[1]):
        (gradient,) = torch.autograd.grad(centre[:, channel].sum(), x, retain_graph=True)
        matters |= (gradient != 0).any(dim=1).any(dim=0)
    rows, columns = torch.nonzero(matters, as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
def measured_rf(net, in_hw, c_in=1):
    for p in net.parameters(): p.data.abs_()
    return ref_meas(net, in_hw, c_in)
