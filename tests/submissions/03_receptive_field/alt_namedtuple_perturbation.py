"""A named tuple from a walk backwards; perturbations instead of gradients; pooling in the design."""

# %% receptive_field_answer
from collections import namedtuple

Field = namedtuple("Field", "rf jump start")


class NoSuchLayer(ValueError):
    pass


def receptive_field(layers):
    def window(unit):
        low = high = unit
        for layer in reversed(layers):
            k, s, p, d = lesson.read_layer(layer)
            low, high = low * s - p, high * s - p + d * (k - 1)
        return low, high

    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        if k < 1 or s < 1 or d < 1 or p < 0:
            raise NoSuchLayer()
    low, high = window(0)
    print("field", low, high)
    return Field(high - low + 1, window(1)[0] - low, (low + high) / 2)


# %% rf_predictions_answer
rf_predict = {"one_3x3": np.int64(3), "two_3x3": np.int64(5), "three_3x3": np.int64(7)}
rf_predict |= {f"figure1_block{n}": np.int32(w) for n, w in enumerate((3, 6, 12, 20), 1)}
rf_predict |= {n: receptive_field(net).rf for n, net in lesson.predict_nets(STUDENT_ID).items()}


# %% measured_rf_answer
@torch.no_grad()
def measured_rf(net, in_hw, c_in=1):
    h, w = in_hw
    seen = np.zeros((h, w), dtype=bool)
    for _ in range(8):
        x = torch.randn(1, c_in, h, w)
        for size in (-2.0, 2.0):
            for c in range(c_in):
                batch = x.repeat(h * w, 1, 1, 1)
                batch[
                    torch.arange(h * w), c, torch.arange(h * w) // w, torch.arange(h * w) % w
                ] += size
                y, y0 = net(batch), net(x)
                i, j = y.shape[2] // 2, y.shape[3] // 2
                change = (y[:, :, i, j] - y0[:, :, i, j]).abs().amax(1) > 1e-6
                seen |= change.numpy().reshape(h, w)
    rows, cols = np.where(seen.any(1))[0], np.where(seen.any(0))[0]
    return [rows[-1] - rows[0] + 1, cols[-1] - cols[0] + 1]


# %% design_net_answer
my_net = [
    (3,),
    {"kind": "pool", "k": 2, "s": 2},
    {"kind": "conv", "k": 3, "d": 2},
    {"k": 3, "s": 1, "p": 4, "d": 4},
    {"k": 3, "s": 1, "p": 4, "d": 4},
]

# %% too_small_answer
dots_predict = {"rf5": "Chance", "rf5_wide": "chance", "rf7_dilated": "Solved"}
dots_predict["smallest_rf"] = np.int64(lesson.dot_distances(STUDENT_ID)[0] + 1)
wanted = {"stuck", "large", "width", "dilation"}
symptoms = {
    letter.lower() for letter, key in lesson.symptom_order(STUDENT_ID).items() if key in wanted
}
effective = "b"
