"""Applies a ReLU to the result.

expect:
  conv2d: {score: 0.0, says: "layer of its own"}
"""
# %% conv2d_answer
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] != w.shape[1]:
        raise ValueError("channels differ")
    n, c, h, width = x.shape
    f, _, kh, kw = w.shape
    out_h = conv_out_size(h, kh, stride, pad, dilation)
    out_w = conv_out_size(width, kw, stride, pad, dilation)
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
    return np.maximum(y, 0)
