"""Answers only for the three pairs that everybody has.

expect:
  stack_vs_single: {score: 2.25, says: "no answer is chosen yet"}
"""


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return sum(k * k * channels * c for channels in [c_in] + [c] * (depth - 1))


def single_params(c_in, c, k):
    return k * k * c_in * c


claim = {(64, 64): "stack", (3, 64): "single", (1, 64): "single"}
