"""Correct in another way: im2col and one matrix product.
"""
# %% conv2d_answer
def columns(x, kh, kw, stride, pad, dilation):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    view = np.lib.stride_tricks.sliding_window_view(
        x, (dilation * (kh - 1) + 1, dilation * (kw - 1) + 1), axis=(2, 3))
    view = view[:, :, ::stride, ::stride, ::dilation, ::dilation]
    n, c, out_h, out_w = view.shape[:4]
    return view.transpose(0, 2, 3, 1, 4, 5).reshape(n * out_h * out_w, -1), (n, out_h, out_w)


def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    if x.shape[1] != w.shape[1]:
        raise ValueError
    matrix, (n, out_h, out_w) = columns(
        x.astype(np.result_type(x, np.float32)), *w.shape[2:], stride, pad, dilation)
    y = matrix @ w.reshape(len(w), -1).T
    if b is not None:
        y = y + b
    return y.reshape(n, out_h, out_w, len(w)).transpose(0, 3, 1, 2)
