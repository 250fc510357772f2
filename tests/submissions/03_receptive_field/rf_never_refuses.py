"""Accepts layers that cannot exist.

expect:
  receptive_field: {score: 5.75, says: "should be refused"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    rf, jump, start = 1, 1, 0.0
    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        rf += d * (k - 1) * jump
        start += (d * (k - 1) / 2 - p) * jump
        jump *= s
    return rf, jump, start
