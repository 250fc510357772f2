"""Starts the field from 0 instead of 1.

expect:
  receptive_field: {score: 1.5, says: "Start from 1"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    rf, jump, start = 0, 1, 0.0
    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        if min(k, s, d) < 1 or p < 0:
            raise ValueError(f"no such layer: {layer}")
        rf += d * (k - 1) * jump
        start += (d * (k - 1) / 2 - p) * jump
        jump *= s
    return rf, jump, start
