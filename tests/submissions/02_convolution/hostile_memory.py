"""Asks for ever more memory.

expect:
  conv2d_backward: {score: 0, says: "emory"}
"""
# %% conv2d_backward_answer
hoard = []
while True:
    hoard.append(np.ones(10_000_000))


def conv2d_backward(dout, x, w, stride=1, pad=0):
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            dw += np.einsum("nf,nckl->fckl", dout[:, :, i, j], padded[at])
            dpadded[at] += np.einsum("nf,fckl->nckl", dout[:, :, i, j], w)
    h, width = x.shape[2:]
    return dpadded[:, :, pad : pad + h, pad : pad + width].copy(), dw, dout.sum((0, 2, 3))
