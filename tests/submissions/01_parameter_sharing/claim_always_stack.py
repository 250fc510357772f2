"""Claims that three small kernels are always cheaper.

expect:
  stack_vs_single: {score: 1.5, says: "needs equal channels everywhere"}
"""


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return sum(k * k * channels * c for channels in [c_in] + [c] * (depth - 1))


def single_params(c_in, c, k):
    return k * k * c_in * c


claim = {pair: "stack" for pair in lesson.claim_pairs(STUDENT_ID)}
