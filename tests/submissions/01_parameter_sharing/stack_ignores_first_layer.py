"""Uses C for all channels: 27·C² < 49·C² always.

expect:
  stack_vs_single: {score: 0.5, says: "the first layer of a network breaks it"}
"""


# %% stack_vs_single_answer
def stack_params(c_in, c, k, depth):
    return depth * k * k * c * c


def single_params(c_in, c, k):
    return k * k * c * c


claim = {
    (c_in, c): "stack" if stack_params(c_in, c, 3, 3) < single_params(c_in, c, 7) else "single"
    for c_in, c in lesson.claim_pairs(STUDENT_ID)
}
