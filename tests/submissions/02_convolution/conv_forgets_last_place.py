"""Forgets the last place of the kernel in both directions.

expect:
  conv2d: {score: 0, says: "counts too"}
"""
# %% conv2d_answer
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] != w.shape[1]:
        raise ValueError("channels differ")
    n, c, h, width = x.shape
    f, _, kh, kw = w.shape
    out_h = (h + 2 * pad - dilation * (kh - 1) - 1) // stride
    out_w = (width + 2 * pad - dilation * (kw - 1) - 1) // stride
    if dilation * (kh - 1) >= h + 2 * pad or dilation * (kw - 1) >= width + 2 * pad:
        raise ValueError
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
