"""Uses the height for the width.

expect:
  pool2d: {score: 2.5, says: "Height and width may differ"}
"""


# %% pool2d_answer
def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    if mode not in ("max", "avg") or not 0 <= pad <= k / 2 or min(x.shape[2:]) + 2 * pad < k:
        raise ValueError("bad arguments")
    stride = k if stride is None else stride
    x = x.astype(np.result_type(x, np.float32))
    N, C, H, W = x.shape
    Ho, Wo = (H + 2 * pad - k) // stride + 1, (H + 2 * pad - k) // stride + 1
    sides = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    xp = np.pad(x, sides, constant_values=-np.inf if mode == "max" else 0)
    real = np.pad(np.ones_like(x), sides)
    out = np.zeros((N, C, Ho, Wo), x.dtype)
    for i in range(Ho):
        for j in range(Wo):
            r, c = i * stride, j * stride
            window = xp[:, :, r : r + k, c : c + k]
            if mode == "max":
                out[:, :, i, j] = window.max(axis=(2, 3))
            else:
                n = k * k if count_include_pad else real[0, 0, r : r + k, c : c + k].sum()
                out[:, :, i, j] = window.sum(axis=(2, 3)) / n
    return out
