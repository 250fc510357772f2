"""Adds up the shifted maps before it makes floats of them: the sum of bytes overflows.

expect:
  pool2d: {score: 5.5, says: "does not fit into uint8"}
"""


# %% pool2d_answer
def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    if mode not in ("max", "avg") or not 0 <= pad <= k / 2 or min(x.shape[2:]) + 2 * pad < k:
        raise ValueError("bad arguments")
    stride = k if stride is None else stride
    kind = np.result_type(x, np.float32)
    sides = ((0, 0), (0, 0), (pad, pad), (pad, pad))

    def shifted(values):
        h, w = values.shape[2] - k + 1, values.shape[3] - k + 1
        return [
            values[:, :, i : i + h : stride, j : j + w : stride] for i in range(k) for j in range(k)
        ]

    if mode == "max":
        padded = np.pad(x.astype(kind), sides, constant_values=-np.inf)
        return np.maximum.reduce(shifted(padded))
    total = np.add.reduce(shifted(np.pad(x, sides)), dtype=x.dtype)
    real = k * k if count_include_pad else sum(shifted(np.pad(np.ones(x.shape), sides)))
    return (total / real).astype(kind)
