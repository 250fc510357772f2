"""Correct in another way: as_strided, boolean routing of gradients, shifts by padding.
"""
# %% conv2d_answer
def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    assert_same = x.shape[1] == w.shape[1]
    if not assert_same:
        raise ValueError("channels differ")
    x = np.ascontiguousarray(np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)]))
    n, c, h, width = x.shape
    f, _, kh, kw = w.shape
    out_h = conv_out_size(h, kh, stride, 0, dilation)
    out_w = conv_out_size(width, kw, stride, 0, dilation)
    sn, sc, sh, sw = x.strides
    view = np.lib.stride_tricks.as_strided(
        x,
        (n, c, out_h, out_w, kh, kw),
        (sn, sc, sh * stride, sw * stride, sh * dilation, sw * dilation),
        writeable=False,
    )
    y = np.tensordot(view, w, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    y = y.astype(np.result_type(x, w, np.float32))
    return y if b is None else (y + b[None, :, None, None]).astype(y.dtype)

# %% conv2d_backward_answer
def conv2d_backward(dout, x, w, stride=1, pad=0):
    def conv(x, w):
        return conv2d(x, w, stride=stride, pad=pad)

    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for index in np.ndindex(*x.shape):  # the convolution is linear: try every unit image
        unit = np.zeros(x.shape)
        unit[index] = 1
        dx[index] = (conv(unit, w) * dout).sum()
    for index in np.ndindex(*w.shape):
        unit = np.zeros(w.shape)
        unit[index] = 1
        dw[index] = (conv(x, unit) * dout).sum()
    return {"dx": dx, "dw": dw, "db": np.einsum("nfhw->f", dout)}

# %% equivariance_answer
def shift(x, dy, dx):
    height, width = x.shape[-2:]
    reach = max(abs(dy), abs(dx))
    frame = np.pad(x, [(0, 0), (0, 0), (reach, reach), (reach, reach)])
    return frame[..., reach - dy : reach - dy + height, reach - dx : reach - dx + width].copy()


def equivariance_error(f, x, dy, dx, margin):
    a = f(np.roll(x, (dy, dx), (2, 3)))
    b = np.roll(f(x), (dy, dx), (2, 3))
    keep = np.zeros(x.shape[2:], bool)
    keep[margin : x.shape[2] - margin, margin : x.shape[3] - margin] = True
    return np.float32(np.nanmax(abs(a - b)[:, :, keep]))

# %% where_it_breaks_answer
move, stay, other = "Equivariant", " invariant ", "NEITHER"
breaks = {
    "conv_no_padding": move, "conv_zero_padding_inside": move, "conv_zero_padding_border": other,
    "conv_circular": move, "conv_stride2_shift1": other, "conv_stride2_shift2": move,
    "max_pool2_shift1": other, "max_pool2_shift2": move, "global_average": stay,
    "flatten_linear": other, "conv_turned": other,
}

# %% rook_answer
def rook_weights():
    # the sum of the left column is 0 beyond the edge only: three rows of it, weighted strongly
    kernel = [[-10, 0, 0], [-10, 1, 0], [-10, 0, 0]]
    return kernel, [-1.25]
