"""Recursion and a list; one backward pass per random input; a classic stack of dilations."""


# %% receptive_field_answer
def receptive_field(layers):
    if len(layers) == 0:
        return [np.int64(1), np.int64(1), np.float32(0)]
    rf, jump, start = receptive_field(layers[:-1])
    k, s, p, d = lesson.read_layer(layers[-1])
    if k < 1 or s < 1 or d < 1 or p < 0:
        raise ValueError
    return [rf + (k - 1) * d * jump, jump * s, start + jump * ((k - 1) * d / 2 - p)]


# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    influence = torch.zeros(in_hw)
    net.train()
    for trial in range(24):
        x = torch.rand(1, c_in, *in_hw) * 4 - 2
        x.requires_grad_(True)
        with torch.no_grad():
            channels, h, w = net(x).shape[1:]
        for channel in range(channels):
            x.grad = None
            net(x)[0, channel, h // 2, w // 2].backward()
            influence += x.grad.abs().sum(dim=(0, 1))
    rows = np.flatnonzero(influence.sum(1).numpy() > 1e-9)
    cols = np.flatnonzero(influence.sum(0).numpy() > 1e-9)
    return torch.Size([int(np.ptp(rows)) + 1, int(np.ptp(cols)) + 1])


# %% design_net_answer
my_net = tuple((3, 1, d, d) for d in (1, 2, 4, 8, 8))

# %% too_small_answer
dots_predict = {"rf5": "chance", "rf5_wide": "chance", "rf7_dilated": "solved"}
dots_predict["smallest_rf"] = 1 + min(lesson.dot_distances(STUDENT_ID))
signs = ("stuck", "large", "width", "dilation")
symptoms = ", ".join(a for a, key in lesson.symptom_order(STUDENT_ID).items() if key in signs)
effective = " B "
