"""Returns float32 for float64.

expect:
  conv2d_backward: {score: 5.5, says: "has dtype float32"}
"""


# %% conv2d_backward_answer
def ref_back(dout, x, w, stride=1, pad=0):
    out_h, out_w = dout.shape[2:]
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded = np.zeros(padded.shape, np.result_type(dout, w, np.float32))
    dw = np.zeros(w.shape, np.result_type(dout, x, np.float32))
    for i in range(kh):
        for j in range(kw):
            rows = slice(i, i + stride * (out_h - 1) + 1, stride)
            columns = slice(j, j + stride * (out_w - 1) + 1, stride)
            dw[:, :, i, j] = np.einsum("nfhw,nchw->fc", dout, padded[:, :, rows, columns])
            dpadded[:, :, rows, columns] += np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j])
    height, width = x.shape[2:]
    dx = dpadded[:, :, pad : pad + height, pad : pad + width].copy()
    return dx, dw, dout.sum(axis=(0, 2, 3))
def conv2d_backward(dout, x, w, stride=1, pad=0):
    return tuple(g.astype(np.float32) for g in ref_back(dout, x, w, stride, pad))
