"""Answers 'not stack' where the stack is cheaper.

expect:
  stack_vs_single: {score: 1.5, says: "is not the right answer"}
"""


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return k * k * c * (c_in + (depth - 1) * c)
def single_params(c_in, c, k):
    return k * k * c_in * c
claim = {p: ("not stack" if 9 * p[0] * p[1] + 18 * p[1] ** 2 < 49 * p[0] * p[1] else "not single") for p in lesson.claim_pairs(STUDENT_ID)}
