"""Looks at a single random input: a zero gradient is taken for a proof.

expect:
  measured_rf: {score: 2.75, says: "not proof"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    torch.manual_seed(0)
    x = torch.randn(1, c_in, *in_hw, requires_grad=True)
    y = net(x)
    centre = y[0, :, y.shape[2] // 2, y.shape[3] // 2]
    matters = torch.zeros(in_hw, dtype=torch.bool)
    for unit in centre:
        (gradient,) = torch.autograd.grad(unit, x, retain_graph=True)
        matters |= (gradient[0] != 0).any(dim=0)

    rows, columns = torch.nonzero(matters, as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
