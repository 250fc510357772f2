"""Works the field out from the sizes of the layers, and never runs the network.

expect:
  measured_rf: {score: 0, says: "measure what can change the unit"}
"""


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    field, jump = [1, 1], [1, 1]
    for layer in net:
        for axis in (0, 1):
            if hasattr(layer, "kernel_size"):
                k, s, d = (
                    value if isinstance(value, int) else value[axis]
                    for value in (layer.kernel_size, layer.stride, layer.dilation)
                )
                field[axis] += d * (k - 1) * jump[axis]
                jump[axis] *= s
    return tuple(field)
