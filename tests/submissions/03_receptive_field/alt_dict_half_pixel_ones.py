"""A dict with pixel centres at 0.5; all Jacobians at once; a large kernel and a 1×1 layer."""


# %% receptive_field_answer
def receptive_field(layers):
    result = {"rf": 1, "jump": 1, "start": 0.5}
    for layer in layers:
        if not isinstance(layer, dict):
            layer = dict(zip(("k", "s", "p", "d"), layer))
        k, s, p, d = (layer.get(key, default) for key, default in zip("kspd", (None, 1, 0, 1)))
        if min(k, s, d) <= 0 or p <= -1:
            raise ValueError("bad layer")
        effective_k = d * (k - 1) + 1
        result["rf"] = result["rf"] + (effective_k - 1) * result["jump"]
        result["start"] += ((effective_k - 1) / 2 - p) * result["jump"]
        result["jump"] *= s
    return result


# %% rf_predictions_answer
rf_predict = {"one_3x3": "3", "two_3x3": 5.0, "three_3x3": (7, 7)}
rf_predict.update(figure1_block1=3, figure1_block2=6, figure1_block3="12x12", figure1_block4=20)
for net_name, net_layers in lesson.predict_nets(STUDENT_ID).items():
    rf_predict[net_name] = receptive_field(net_layers)["rf"]

# %% measured_rf_answer
def measured_rf(net, in_hw, c_in=1):
    def units(x):
        y = net(x[None])
        return y[0, :, y.shape[2] // 2, y.shape[3] // 2]

    slopes = torch.func.vmap(torch.func.jacrev(units))(torch.randn(60, c_in, *in_hw))
    reached = slopes.abs().sum((0, 1, 2)) > 0
    rows, columns = reached.any(1).nonzero(), reached.any(0).nonzero()
    return torch.cat([rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1])


# %% design_net_answer
my_net = [(5, 1, 2), (1,), (3, 1, 5, 5), (3, 1, 12, 12)]

# %% too_small_answer
dots_predict = dict(rf5="chance", rf5_wide="chance", rf7_dilated="solved")
near, far = lesson.dot_distances(STUDENT_ID)
dots_predict["smallest_rf"] = near + 1
order = lesson.symptom_order(STUDENT_ID)
symptoms = {letter: order[letter] in ("stuck", "large", "width", "dilation") for letter in order}
effective = "B"
