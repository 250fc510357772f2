"""Correct in another way: seven loops, sizes by counting, gradients pixel by pixel.
"""
# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    if min(k, stride, dilation) < 1 or pad < 0:
        raise ValueError
    places = [s for s in range(-pad, n + pad, stride) if s + dilation * (k - 1) < n + pad]
    if not places:
        raise ValueError("does not fit")
    return np.int64(len(places))

# %% shape_predictions_answer
predict = {}
for letter, layer in layers.items():
    predict[letter] = [
        int(conv_out_size(*numbers)) for numbers in zip(
            layer["size"], layer["kernel"], layer["stride"], layer["pad"], layer["dilation"])
    ]

# %% conv2d_answer
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] != w.shape[1]:
        raise ValueError("channels differ")
    dtype = np.result_type(x, w, np.float32)
    if b is None:
        b = np.zeros(len(w), dtype)
    h, width = x.shape[2:]
    kh, kw = w.shape[2:]
    y = np.zeros((len(x), len(w), conv_out_size(h, kh, stride, pad, dilation),
                  conv_out_size(width, kw, stride, pad, dilation)), dtype)
    for n, f, i, j in np.ndindex(*y.shape):
        total = b[f]
        for c, k, m in np.ndindex(*w.shape[1:]):
            row, column = i * stride + k * dilation - pad, j * stride + m * dilation - pad
            if 0 <= row < h and 0 <= column < width:
                total = total + x[n, c, row, column] * w[f, c, k, m]
        y[n, f, i, j] = total
    return y

# %% conv2d_backward_answer
def conv2d_backward(dout, x, w, stride=1, pad=0):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
    h, width = x.shape[2:]
    for n, f, i, j in np.ndindex(*dout.shape):
        g = dout[n, f, i, j]
        db[f] += g
        for c, k, m in np.ndindex(*w.shape[1:]):
            row, column = i * stride + k - pad, j * stride + m - pad
            if 0 <= row < h and 0 <= column < width:
                dx[n, c, row, column] += g * w[f, c, k, m]
                dw[f, c, k, m] += g * x[n, c, row, column]
    return [dx, dw, db]
