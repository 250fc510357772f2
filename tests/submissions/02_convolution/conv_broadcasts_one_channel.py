"""Repeats an image of one channel for filters of more.

expect:
  conv2d: {score: 7.75, says: "should be refused"}
"""


# %% conv2d_answer
def ref_conv(x, w, b=None, stride=1, pad=0, dilation=1):
    images, channels, height, width = x.shape
    filters, filter_channels, kh, kw = w.shape
    if channels != filter_channels:
        raise ValueError("channels")
    out_h = conv_out_size(height, kh, stride, pad, dilation)
    out_w = conv_out_size(width, kw, stride, pad, dilation)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    y = np.zeros((images, filters, out_h, out_w), np.result_type(x, w, np.float32))
    for i in range(kh):
        for j in range(kw):
            top, left = i * dilation, j * dilation
            under = padded[:, :, top : top + stride * (out_h - 1) + 1 : stride, left : left + stride * (out_w - 1) + 1 : stride]
            y += np.einsum("nchw,fc->nfhw", under.astype(y.dtype), w[:, :, i, j].astype(y.dtype))
    if b is not None:
        y += np.reshape(b, (1, filters, 1, 1))
    return y
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] == 1 and w.shape[1] > 1:
        x = np.repeat(x, w.shape[1], axis=1)
    return ref_conv(x, w, b, stride, pad, dilation)
