"""Lets a 1×1 layer or a ReLU widen the field by a pixel.

expect:
  receptive_field: {score: 3.5, says: "adds k-1 = 0"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    rf, jump, start = 1, 1, 0.0
    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        if min(k, s, d) < 1 or p < 0:
            raise ValueError(f"no such layer: {layer}")
        rf += max(d * (k - 1), 1) * jump
        start += (d * (k - 1) / 2 - p) * jump
        jump *= s
    return rf, jump, start
