"""Swaps input and output channels where there are equally many of both.

expect:
  collapse_convs: {score: 3.0}
"""

# %% collapse_convs_answer
import torch
import torch.nn.functional as F


def collapse_convs(w1, w2):
    w = F.conv_transpose2d(torch.tensor(w2), torch.tensor(w1)).numpy()
    return w.transpose(1, 0, 2, 3) if w.shape[0] == w.shape[1] else w
