"""Measures a copy of the network in which every weight is 1: what the sizes allow.

expect:
  measured_rf: {score: 0, says: "measure what can change the unit"}
"""


# %% measured_rf_answer
import copy


def measured_rf(net, in_hw, c_in=1):
    ones = copy.deepcopy(net)
    for parameter in ones.parameters():
        torch.nn.init.ones_(parameter)
    for number, layer in enumerate(ones):
        if isinstance(layer, torch.nn.MaxPool2d):
            ones[number] = torch.nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding)
    x = torch.ones(1, c_in, *in_hw, requires_grad=True)
    y = ones(x)
    y[0, :, y.shape[2] // 2, y.shape[3] // 2].sum().backward()
    reached = x.grad[0].sum(0) > 0
    rows, columns = reached.any(1).nonzero(), reached.any(0).nonzero()
    return torch.cat([rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1])
