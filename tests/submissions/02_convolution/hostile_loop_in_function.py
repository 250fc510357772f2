"""A function that never ends for a stride above 1.

expect:
  conv_out_size: {score: 2.5, says: "computing time"}
"""
# %% conv_out_size_answer
def conv_out_size(n, k, stride=1, pad=0, dilation=1):
    span = dilation * (k - 1) + 1
    if min(k, stride, dilation) < 1 or pad < 0 or span > n + 2 * pad:
        raise ValueError
    while stride > 1:
        pass
    return (n + 2 * pad - span) // stride + 1

# %% shape_predictions_answer
predict = {
    name: tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(layer["size"], layer["kernel"], layer["stride"],
                                 layer["pad"], layer["dilation"])
    )
    for name, layer in layers.items()
}

# %% conv2d_answer
def _size(n, k, stride, pad, dilation):
    places = (n + 2 * pad - dilation * (k - 1) - 1) // stride + 1
    if places < 1:
        raise ValueError
    return places


def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] != w.shape[1]:
        raise ValueError("channels differ")
    n, c, h, width = x.shape
    f, _, kh, kw = w.shape
    out_h = _size(h, kh, stride, pad, dilation)
    out_w = _size(width, kw, stride, pad, dilation)
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    y = np.zeros((n, f, out_h, out_w), np.result_type(x, w, np.float32))
    for i in range(out_h):
        for j in range(out_w):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + dilation * (kh - 1) + 1 : dilation,
                       left : left + dilation * (kw - 1) + 1 : dilation]
            y[:, :, i, j] = np.einsum("nckl,fckl->nf", window, w)
    if b is not None:
        y += np.reshape(b, (1, -1, 1, 1))
    return y
