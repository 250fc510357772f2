"""Unit 02's hidden checks as a course without this project would write them: one cell a question.

The benchmark puts each cell behind the visible check of its question (nbgrader), into a test file
(otter-grader) or between calls over a socket (PrairieLearn). They call the same functions on
similar cases as ``autograder/graders/02_convolution/``, with PyTorch as the oracle, and say
nothing to the student: no hints, no partial credit, no look at what became of the arguments.
"""
# ruff: noqa: F821, E402 (the notebook that the cells are put into defines these names)

# %% conv_out_size
import itertools


def refused(function, *args, **options):
    try:
        function(*args, **options)
    except ValueError:
        return True
    return False


def places(n, k, stride=1, pad=0, dilation=1):
    last = n + pad - 1
    return sum(start + dilation * (k - 1) <= last for start in range(-pad, last + 1, stride))


for option, values in {"pad": range(4), "stride": range(1, 5), "dilation": range(1, 4)}.items():
    for n, k, value in itertools.product(range(1, 13), range(1, 6), values):
        if places(n, k, **{option: value}):
            assert conv_out_size(n, k, **{option: value}) == places(n, k, **{option: value})
assert conv_out_size(224, 7, stride=2, pad=3) == 112
assert conv_out_size(999, 5, 3, 8, 9) == places(999, 5, 3, 8, 9)
assert type(conv_out_size(6, 3, stride=2)) is int
for args in ((1, 2), (3, 5), (5, 0), (5, 3, 0), (5, 3, 1, -1), (5, 3, 1, 0, 0)):
    assert refused(conv_out_size, *args)

# %% shape_predictions
for name, layer in lesson.shape_instances(STUDENT_ID).items():
    words = ("size", "kernel", "stride", "pad", "dilation")
    right = tuple(places(*axis) for axis in zip(*(layer[word] for word in words), strict=True))
    assert tuple(predict[name]) == right

# %% conv2d
import torch


def correlate(x, w, b=None, stride=1, pad=0, dilation=1):
    tensors = [None if a is None else torch.as_tensor(np.array(a, np.float64)) for a in (x, w, b)]
    return torch.nn.functional.conv2d(
        *tensors, stride=stride, padding=pad, dilation=dilation
    ).numpy()


rng = np.random.default_rng(0)
for x, w, options in [
    ((1, 1, 2, 2), (1, 1, 2, 2), {}),
    ((1, 1, 3, 3), (1, 1, 2, 2), {}),
    ((1, 1, 5, 5), (1, 1, 3, 3), {}),
    ((1, 1, 4, 6), (1, 1, 2, 2), {}),
    ((1, 1, 6, 4), (1, 1, 2, 2), {}),
    ((1, 1, 6, 6), (1, 1, 2, 3), {}),
    ((1, 1, 6, 6), (1, 1, 3, 2), {}),
    ((1, 2, 3, 3), (1, 2, 2, 2), {}),
    ((1, 1, 3, 3), (2, 1, 2, 2), {}),
    ((2, 1, 3, 3), (1, 1, 2, 2), {}),
    ((1, 3, 4, 4), (2, 3, 3, 3), {}),
    ((3, 2, 4, 4), (4, 2, 2, 2), {}),
    ((1, 1, 3, 3), (1, 1, 3, 3), {"pad": 1}),
    ((1, 1, 4, 4), (1, 1, 3, 3), {"pad": 3}),
    ((1, 1, 2, 2), (1, 1, 3, 3), {"pad": 1}),
    ((1, 1, 5, 5), (1, 1, 3, 3), {"stride": 2}),
    ((1, 1, 7, 7), (1, 1, 2, 2), {"stride": 3}),
    ((1, 1, 6, 6), (1, 1, 3, 3), {"dilation": 2}),
    ((1, 1, 7, 7), (1, 1, 2, 2), {"dilation": 3}),
    ((1, 1, 5, 7), (1, 1, 3, 2), {"stride": 2, "pad": 1}),
    ((1, 2, 7, 8), (2, 2, 3, 2), {"stride": 3, "pad": 1, "dilation": 2}),
    ((2, 3, 6, 7), (4, 3, 2, 3), {"stride": 2, "pad": 3, "dilation": 2}),
]:
    x, w, b = rng.normal(size=x), rng.normal(size=w), rng.normal(size=w[0])
    assert np.allclose(conv2d(x, w, **options), correlate(x, w, **options))
    assert np.allclose(conv2d(x, w, b, **options), correlate(x, w, b, **options))
    assert np.allclose(conv2d(2 * x, w, b, **options), correlate(2 * x, w, b, **options))
x, w = rng.normal(size=(1, 1, 4, 4)), rng.normal(size=(1, 1, 2, 2))
assert conv2d(x, w).dtype == np.float64
assert conv2d(x.astype(np.float32), w.astype(np.float32)).dtype == np.float32
assert np.allclose(conv2d((9 * x).astype(int), w), correlate((9 * x).astype(int), w))
assert np.allclose(conv2d(x.transpose(0, 1, 3, 2), w), correlate(x.transpose(0, 1, 3, 2), w))
for shape in ((1, 3, 2, 2), (1, 1, 5, 5), (1, 1, 5, 2)):
    assert refused(conv2d, x, rng.normal(size=shape))

# %% conv2d_backward
rng = np.random.default_rng(1)
for x, w, options in [
    ((1, 1, 3, 3), (1, 1, 2, 2), {}),
    ((1, 1, 4, 5), (2, 1, 3, 2), {}),
    ((2, 3, 4, 5), (2, 3, 3, 2), {}),
    ((1, 1, 4, 4), (1, 1, 3, 3), {"stride": 3, "pad": 1}),
    ((1, 2, 4, 4), (3, 2, 2, 2), {"stride": 2, "pad": 2}),
    ((1, 1, 5, 5), (1, 1, 2, 2), {"stride": 2}),
    ((1, 2, 6, 8), (2, 2, 2, 3), {"stride": 3}),
    ((1, 1, 4, 4), (1, 1, 3, 3), {"stride": 2, "pad": 1}),
    ((2, 3, 6, 7), (2, 3, 3, 3), {"stride": 2, "pad": 1}),
]:
    x, w = rng.normal(size=x), rng.normal(size=w)
    dout = rng.normal(size=correlate(x, w, **options).shape)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, w, np.zeros(len(w)))]
    y = torch.nn.functional.conv2d(
        *leaves, stride=options.get("stride", 1), padding=options.get("pad", 0)
    )
    right = torch.autograd.grad(y, leaves, torch.tensor(dout))
    for got, gradient in zip(conv2d_backward(dout, x, w, **options), right, strict=True):
        assert np.allclose(got, gradient.numpy())

# %% equivariance
import functools

rng = np.random.default_rng(2)


def moved(x, dy, dx):
    result = np.zeros_like(x)
    for row, column in np.ndindex(*x.shape[2:]):
        if 0 <= row - dy < x.shape[2] and 0 <= column - dx < x.shape[3]:
            result[:, :, row, column] = x[:, :, row - dy, column - dx]
    return result


for dy, dx in [(1, 0), (0, 1), (2, 1), (-1, 0), (0, -2), (-2, 1), (1, -2), (0, 0), (5, -6), (0, 4)]:
    for shape in ((2, 2, 6, 7), (1, 2, 3, 4)):
        x = rng.normal(size=shape)
        assert np.allclose(shift(x, dy, dx), moved(x, dy, dx))
slope = np.add.outer(np.arange(8.0), np.arange(9.0))
for step, margin in [(1, 1), (-1, 2), (2, 3), (1, 0)]:
    for sign in (1, -1):
        x = rng.uniform(0.5, 2, size=(2, 2, 8, 9))
        inside = np.s_[:, :, margin : 8 - margin, margin : 9 - margin]
        right = np.abs((moved(x, step, step) * slope - moved(x * slope, step, step))[inside]).max()
        got = equivariance_error(
            functools.partial(np.multiply, sign * slope), x, step, step, margin
        )
        assert np.allclose(got, right)

# %% where_it_breaks
equivariant = {"conv_no_padding", "conv_zero_padding_inside", "conv_circular"}
equivariant |= {"conv_stride2_shift2", "max_pool2_shift2"}
for name, answer in breaks.items():
    right = "equivariant" if name in equivariant else "neither"
    assert answer == ("invariant" if name == "global_average" else right)

# %% rook
w, b = rook_weights()
for size in ((4, 4), (6, 6), (5, 8), (8, 4)):
    for place in [*np.ndindex(*size), None]:
        answer = correlate(lesson.board(*size, place), w, np.reshape(b, 1), pad=1).max()
        assert (answer > 1e-6) == (place is not None and place[1] == 0)
