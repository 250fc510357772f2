"""Reshapes into blocks: the stride is always k.

expect:
  pool2d: {score: 3.5, says: "reshape trick needs stride = k"}
"""


# %% pool2d_answer
def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    if mode not in ("max", "avg") or not 0 <= pad <= k / 2 or min(x.shape[2:]) + 2 * pad < k:
        raise ValueError("bad arguments")
    x = x.astype(np.result_type(x, np.float32))
    sides = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    xp = np.pad(x, sides, constant_values=-np.inf if mode == "max" else 0)
    N, C, H, W = xp.shape
    blocks = xp.reshape(N, C, H // k, k, W // k, k)
    if mode == "max":
        return blocks.max(axis=(3, 5))
    real = np.pad(np.ones_like(x), sides).reshape(N, C, H // k, k, W // k, k).sum(axis=(3, 5))
    return blocks.sum(axis=(3, 5)) / (k * k if count_include_pad else real)
