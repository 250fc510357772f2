"""Returns an object that says it equals everything.

expect:
  conv2d: {score: 0, says: "Equal"}
"""
# %% conv2d_answer
class Anything(np.ndarray):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return np.zeros(1)

    def __getattr__(self, name):
        return lambda *args, **kwargs: True


class Equal:
    shape = (1, 1, 2, 2)

    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return np.zeros(self.shape)


def conv2d(x, w, b=None, stride=1, pad=0, dilation=1):
    return Equal()
