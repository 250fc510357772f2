"""Counts the first layer on top of depth.

expect:
  stack_vs_single: {score: 2, says: "first one included"}
"""


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return k * k * c * c_in + depth * k * k * c * c
def single_params(c_in, c, k):
    return k * k * c_in * c
claim = {p: ("stack" if 9 * p[0] * p[1] + 18 * p[1] ** 2 < 49 * p[0] * p[1] else "single") for p in lesson.claim_pairs(STUDENT_ID)}
