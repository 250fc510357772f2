"""Loops over single numbers, padding by bounds checks, ties shared, formulas for the bonus."""


# %% collapse_linear_answer
def collapse_linear(weights, biases):
    if len(weights) == 1:
        return [list(row) for row in weights[0]], list(biases[0])
    w, b = collapse_linear(weights[1:], biases[1:])
    return np.array(w) @ weights[0], np.array(w) @ biases[0] + np.array(b)


# %% collapse_convs_answer
def collapse_convs(w1, w2):
    F, M, a, b = w2.shape
    _, C, p, q = w1.shape
    w = [[[[0.0] * (b + q - 1) for _ in range(a + p - 1)] for _ in range(C)] for _ in range(F)]
    for f in range(F):
        for c in range(C):
            for m in range(M):
                for i in range(a):
                    for j in range(b):
                        for y in range(p):
                            for z in range(q):
                                w[f][c][i + y][j + z] += w2[f, m, i, j] * w1[m, c, y, z]
    return w


# %% pool2d_answer
class BadPooling(ValueError):
    pass


def pool2d(x, k, stride=None, pad=0, mode="max", count_include_pad=True):
    print("pooling", x.shape)
    if pad < 0 or 2 * pad > k:
        raise BadPooling(pad)
    N, C, H, W = x.shape
    if k > H + 2 * pad or k > W + 2 * pad:
        raise BadPooling(k)
    s = stride or k
    kind = x.dtype if x.dtype in (np.float32, np.float64) else np.float64
    out = np.empty((N, C, (H + 2 * pad - k) // s + 1, (W + 2 * pad - k) // s + 1), dtype=kind)
    for n, c, i, j in np.ndindex(*out.shape):
        pixels = []
        for r in range(i * s - pad, i * s - pad + k):
            for q in range(j * s - pad, j * s - pad + k):
                if 0 <= r < H and 0 <= q < W:
                    pixels.append(float(x[n, c, r, q]))
        if mode == "max":
            out[n, c, i, j] = max(pixels)
        elif mode == "avg":
            out[n, c, i, j] = sum(pixels) / (k**2 if count_include_pad else len(pixels))
        else:
            raise BadPooling(mode)
    return out


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    stride = k if stride is None else stride
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        r, s = i * stride, j * stride
        window = x[n, c, r : r + k, s : s + k]
        g = dout[n, c, i, j]
        tied = window == window.max()
        dx[n, c, r : r + k, s : s + k] += g * tied / tied.sum()
    return dx


# %% downsampling_answer
def survives(size, contrast, strides, mode):
    total = 1
    for s in strides:
        total *= s
    covered = min(1, size / total)
    if mode == "avg":
        return contrast * covered**2
    return contrast if contrast > 0 or covered == 1 else 0.0


def activation_bytes(shape, layers):
    channels, height, width = shape
    total = 0
    for channels, stride in layers:
        height, width = height // stride, width // stride
        total += channels * height * width * 4
    return total
