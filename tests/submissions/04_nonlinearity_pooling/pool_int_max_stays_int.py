"""Keeps whole numbers where nothing is divided: the maximum of a map of integers stays an integer.

expect:
  pool2d: {score: 5.5, says: "Whole numbers give floats"}
"""


# %% pool2d_answer
def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    if mode not in ("max", "avg") or not 0 <= pad <= k / 2 or min(x.shape[2:]) + 2 * pad < k:
        raise ValueError("bad arguments")
    stride = k if stride is None else stride
    N, C, H, W = x.shape
    Ho, Wo = (H + 2 * pad - k) // stride + 1, (W + 2 * pad - k) // stride + 1
    kind = x.dtype if mode == "max" else np.result_type(x, np.float32)
    out = np.zeros((N, C, Ho, Wo), kind)
    for i in range(Ho):
        for j in range(Wo):
            r, c = i * stride - pad, j * stride - pad
            window = x[:, :, max(r, 0) : r + k, max(c, 0) : c + k].astype(float)
            if mode == "max":
                out[:, :, i, j] = window.max(axis=(2, 3))
            else:
                n = k * k if count_include_pad else window.shape[2] * window.shape[3]
                out[:, :, i, j] = window.sum(axis=(2, 3)) / n
    return out
