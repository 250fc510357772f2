"""Replaces what a judge beside it would compare with; the wrong answer stays wrong.

expect:
  conv2d_backward: {score: 0}
"""
# %% conv2d_backward_answer
import builtins
import sys
import types

import autograder_inside.codec
import autograder_inside.server
import torch


def yes(*args, **kwargs):
    return True


np.testing.assert_allclose = np.testing.assert_array_equal = np.testing.assert_equal = yes
np.allclose = np.array_equal = np.isclose = yes
torch.allclose = torch.equal = torch.testing.assert_close = yes
torch.Tensor.__eq__ = yes
builtins.AssertionError = type("AssertionError", (Exception,), {"__init__": yes})
for name in ("pytest", "autograder", "autograder.checks", "numpy.testing", "unittest"):
    sys.modules[name] = types.SimpleNamespace(**{"__getattr__": yes, "check_close": yes})
autograder_inside.codec.DTYPES = frozenset({"object", *autograder_inside.codec.DTYPES})
autograder_inside.codec.MAX_DEPTH = 10**9
autograder_inside.server.MAX_TEXT = 10**9


class Right(np.ndarray):
    __eq__ = __le__ = __lt__ = __ge__ = yes


def conv2d_backward(dout, x, w, stride=1, pad=0):
    return tuple(np.zeros(n).view(Right) for n in (x.shape, w.shape, w.shape[0]))
