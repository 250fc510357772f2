"""Counts one by one, scatters the pixels, answers in words."""

# %% dense_params_answer
from functools import reduce


def dense_params(in_shape, units, bias=True):
    print("counting", in_shape)
    inputs = reduce(lambda a, b: a * b, in_shape, 1) + (1 if bias else 0)
    return inputs * units


# %% conv_params_answer
class BadGroups(ValueError):
    pass


def conv_params(c_in, c_out, k, bias=True, groups=1):
    for channels in (c_in, c_out):
        if channels % groups:
            raise BadGroups(channels, groups)
    try:
        kh, kw = k
    except TypeError:
        kh = kw = k
    count = 0
    for _ in range(c_out):
        count += kh * kw * (c_in // groups)
        if bias:
            count += 1
    return np.int64(count)


# %% locally_connected_params_answer
def starts(size, k, stride, pad):
    found, start = [], -pad
    while start + k <= size + pad:
        found.append(start)
        start += stride
    return found


def locally_connected_params(h, w, c_in, c_out, k, stride=1, pad=0):
    count = 0
    for _ in starts(h, k, stride, pad):
        for _ in starts(w, k, stride, pad):
            count += conv_params(c_in, c_out, k)
    return count


# %% conv_macs_answer
def conv_macs(h, w, c_in, c_out, k, stride=1, pad=0):
    macs = 0
    for _ in range(c_out):
        for _ in starts(h, k, stride, pad):
            for _ in starts(w, k, stride, pad):
                for _ in range(c_in):
                    macs += k**2
    return macs


# %% sweep_intuition_answer
order = lesson.sweep_order(STUDENT_ID)
chosen = ", ".join(
    letter.lower() for letter in order if order[letter] in ("image size", "detector", "gradient")
)

# %% permutation_predict_answer
permutation_predict = dict(mlp="same", cnn="it drops")


# %% permutation_answer
def permute_pixels(x, perm):
    width = x.shape[3]
    y = np.zeros_like(x)
    for old, new in enumerate(perm):
        y[:, :, new // width, new % width] = x[:, :, old // width, old % width]
    return y
