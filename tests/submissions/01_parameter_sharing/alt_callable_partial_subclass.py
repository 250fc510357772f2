"""A class with __call__, a partial, a subclass of ValueError, NumPy's number types."""


# %% dense_params_answer
import numpy as np, functools, operator
def dense_params(in_shape, units, bias=True):
    return np.int64(functools.reduce(operator.mul, map(int, in_shape), 1) * units + units * bool(bias))
# %% conv_params_answer
class Conv:
    def __call__(self, c_in, c_out, k, bias=True, groups=1, verbose=False):
        kh, kw = np.broadcast_to(k, 2)
        if c_in % groups != 0 or c_out % groups != 0:
            class Bad(ValueError): pass
            raise Bad("no")
        return np.array(c_out * (c_in // groups) * kh * kw + (c_out if bias else 0))
conv_params = Conv()
# %% locally_connected_params_answer
def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0, **ignored):
    x = np.zeros((h + 2 * pad, w + 2 * pad))
    n = np.lib.stride_tricks.sliding_window_view(x, (k, k))[::stride, ::stride].shape[:2]
    return np.prod(n) * c_out * (c_in * k * k + 1)
# %% conv_macs_answer
import functools
def general(kind, h, w, c_in, c_out, k, stride=1, pad=0):
    n = locally_connected_params(h, w, c_in, c_out, k, stride, pad)
    return int(n - n // (c_in * k * k + 1))
conv_macs = functools.partial(general, "macs")
