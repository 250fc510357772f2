"""Returns a subclass of ndarray that overrides comparison.

expect:
  conv2d: {score: 0, says: "nan"}
"""
# %% conv2d_answer
class Lying(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.zeros(self.shape)


def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    out = [conv_out_size(n, k, stride, pad, dilation) for n, k in zip(x.shape[2:], w.shape[2:])]
    return np.full((len(x), len(w), *out), np.nan).view(Lying)
