"""The field by following every path; the Jacobian of the centre unit; strided layers in the design."""


# %% receptive_field_answer
def receptive_field(layers):
    layers = [lesson.read_layer(layer) for layer in layers]
    if any(k < 1 or s < 1 or p < 0 or d < 1 for k, s, p, d in layers):
        raise ValueError("k, s, d must be at least 1, p at least 0")

    def pixels(unit):
        places = {unit}
        for k, s, p, d in layers[::-1]:
            places = {q * s - p + t * d for q in places for t in range(k)}
        return places

    first, second = pixels(0), pixels(1)
    return (
        max(first) - min(first) + 1,
        max(second) - max(first),
        np.float64(min(first) + max(first)) / 2,
    )


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    def centre(x):
        y = net(x)
        return y[0, :, y.size(2) // 2, y.size(3) // 2]

    seen = None
    for _ in range(40):
        x = torch.randn((1, c_in) + tuple(in_hw))
        jacobian = torch.autograd.functional.jacobian(centre, x)  # (F, 1, C, H, W)
        now = jacobian.abs().amax(dim=(0, 1, 2)) > 0
        seen = now if seen is None else seen | now
    extent = []
    for axis in (1, 0):
        where = torch.nonzero(seen.any(dim=axis)).flatten().tolist()
        extent.append(where[-1] - where[0] + 1)
    return {"rf_h": extent[0], "rf_w": extent[1]}


# %% design_net_answer
my_net = [
    {"kind": "conv", "k": 3, "s": 2, "p": 1},
    {"kind": "relu", "k": 1},
    {"kind": "conv", "k": 3},
    {"kind": "relu", "k": 1},
    {"kind": "conv", "k": 3, "d": 3},
    {"kind": "conv", "k": 3, "d": 5},
]
