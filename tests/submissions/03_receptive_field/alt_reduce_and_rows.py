"""functools.reduce, tensors, rows perturbed at once, answers in words."""


# %% receptive_field_answer
import functools
def receptive_field(layers, *, verbose=False):
    class Bad(ValueError): pass
    def step(acc, layer):
        k, s, p, d = lesson.read_layer(layer)
        if k < 1 or s < 1 or d < 1 or p < 0: raise Bad(layer)
        lo, hi, j = acc
        return lo - p * j, hi + (d * (k - 1) - p) * j, j * s
    lo, hi, j = functools.reduce(step, layers, (0, 0, 1))
    return torch.tensor([hi - lo + 1, j, (lo + hi) / 2], dtype=torch.float64)
# %% rf_predictions_answer
rf_predict = {"one_3x3": "3x3", "two_3x3": (5, 5), "three_3x3": np.int64(7), "figure1_block1": 3.0, "figure1_block2": "6", "figure1_block3": [12], "figure1_block4": torch.tensor(20)}
for n, l in lesson.predict_nets(STUDENT_ID).items(): rf_predict[n] = float(receptive_field(l)[0])
# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    # perturbation of one pixel row / column at a time
    with torch.no_grad():
        found = []
        x = torch.randn(40, c_in, *in_hw)
        def unit(x):
            y = net(x); return y[:, :, y.shape[2] // 2, y.shape[3] // 2]
        base = unit(x)
        for axis in (2, 3):
            hit = []
            for i in range(in_hw[axis - 2]):
                z = x.clone()
                z.select(axis, i).copy_(torch.randn_like(z.select(axis, i)))
                if not torch.equal(unit(z), base): hit.append(i)
            found.append(np.ptp(hit) + 1)
    return np.array(found)
# %% design_net_answer
t = lesson.design_target(STUDENT_ID)
my_net = ([2, 1, 0, 1], {"kind": "MaxPool", "k": np.int64(2), "s": 2}, (2,), (2,), {"kind": "avgpool", "k": t["min_rf"], "s": 1})
# %% too_small_answer
dots_predict = {"rf5": "Chance ", "rf5_wide": "CHANCE", "rf7_dilated": "Solved", "smallest_rf": f"{min(lesson.dot_distances(STUDENT_ID)) + 1}"}
symptoms = {l.lower() for l, k in lesson.symptom_order(STUDENT_ID).items() if k in {"stuck", "large", "width", "dilation"}}
effective = "b)"
