"""Claims that the stack is cheaper only where no channels are added.

expect:
  stack_vs_single: {score: 2.25, says: "Count again"}
"""


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return sum(k * k * channels * c for channels in [c_in] + [c] * (depth - 1))


def single_params(c_in, c, k):
    return k * k * c_in * c


claim = {(a, b): "stack" if a == b else "single" for a, b in lesson.claim_pairs(STUDENT_ID)}
