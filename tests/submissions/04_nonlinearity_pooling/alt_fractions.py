"""A fraction and texts as answers; augmented matrices; a transposed convolution; cumulative sums."""

# %% collapse_linear_answer
import torch
from fractions import Fraction


def collapse_linear(weights, biases):
    whole = np.eye(weights[0].shape[1] + 1)
    for w, b in zip(weights, biases):
        layer = np.zeros((len(b) + 1, w.shape[1] + 1))
        layer[:-1, :-1], layer[:-1, -1], layer[-1, -1] = w, b, 1
        whole = layer @ whole
    return whole[:-1, :-1], whole[:-1, -1]


# %% collapse_convs_answer
def collapse_convs(w1, w2):
    return torch.nn.functional.conv_transpose2d(torch.tensor(w2), torch.tensor(w1)).numpy()


# %% xor_evidence_answer
total = sum(crowd.values())
best_linear_xor = Fraction(total - min(crowd.values()), total)
largest_rank = str(min(widths))
why_pointless = '"same functions"'
because = "2 and 5"


# %% max_pool_backward_answer
def max_pool_backward(dout, x, k, stride=None):
    s, rng = stride or k, np.random.default_rng()
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * s : i * s + k, j * s : j * s + k]
        a, b = rng.choice(np.argwhere(window == window.max()))  # any of those that tie
        dx[n, c, i * s + a, j * s + b] += dout[n, c, i, j]
    return dx
