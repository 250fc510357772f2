"""Counts biases where only weights are asked for.

expect:
  stack_vs_single: {score: 2.0, says: "leave the biases out"}
"""


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return conv_params(c_in, c, k) + (depth - 1) * conv_params(c, c, k)


def single_params(c_in, c, k):
    return conv_params(c_in, c, k)


claim = {
    (c_in, c): "stack" if stack_params(c_in, c, 3, 3) < single_params(c_in, c, 7) else "single"
    for c_in, c in lesson.claim_pairs(STUDENT_ID)
}
