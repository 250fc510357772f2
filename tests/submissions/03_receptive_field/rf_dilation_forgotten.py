"""Leaves dilation out.

expect:
  receptive_field: {score: 3.75, says: "d(k-1)+1"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    rf, jump, start = 1, 1, 0.0
    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        if min(k, s, d) < 1 or p < 0:
            raise ValueError(f"no such layer: {layer}")
        rf += (k - 1) * jump
        start += ((k - 1) / 2 - p) * jump
        jump *= s
    return rf, jump, start
