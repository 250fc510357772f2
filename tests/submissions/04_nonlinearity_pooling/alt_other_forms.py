"""Answers as sets, strings, arrays, whole maps, rounded numbers and numpy's own kinds."""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    w = weights[-1]
    for wi in weights[-2::-1]:
        w = w @ wi
    x = np.zeros(weights[0].shape[1])
    for wi, bi in zip(weights, biases):
        x = wi @ x + bi
    return {"weight": w, "bias": x[:, None]}


# %% xor_evidence_answer
best_linear_xor = np.float32(round(1 - min(crowd.values()) / sum(crowd.values()), 3))
largest_rank = np.int64(min(widths))
why_pointless = " Same-Functions "
because = {5, 2}

# %% edge_pooling_answer
predict = {}
for case, values in maps.items():
    w = values[:2].reshape(2, 4, 2)
    predict[case] = {
        "max": w.max(axis=(0, 2)).tolist(),
        "avg": w.mean(axis=(0, 2)).tolist(),
    }
for case, values in maps.items():
    w = values.reshape(2, 2, 4, 2)
    predict[case] = {"max": w.max(axis=(1, 3)), "avg": tuple(predict[case]["avg"])}
true_sentences = "2, 4, 5 and 7"


# %% downsampling_answer
def survives(size, contrast, strides, mode):
    row = [1.0] * size
    for s in strides:
        row += [0.0] * (-len(row) % s)
        row = [sum(row[i : i + s]) / s for i in range(0, len(row), s)]
    if mode == "avg":
        return np.float64(contrast * row[0] ** 2)
    return contrast if contrast > 0 else contrast * (row[0] == 1)


def activation_bytes(shape, layers):
    size = np.array(shape[1:])
    total = 0
    for channels, stride in layers:
        size = size // stride
        total += channels * size.prod() * np.float32().nbytes
    return total
