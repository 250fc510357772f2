"""Takes the gradient of the sum of all outputs.

expect:
  measured_rf: {score: 0, says: "centre unit alone"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    x = torch.randn(50, c_in, *in_hw, requires_grad=True)
    (gradient,) = torch.autograd.grad(net(x).abs().sum(), x)
    matters = (gradient != 0).any(dim=1).any(dim=0)

    rows, columns = torch.nonzero(matters, as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1
