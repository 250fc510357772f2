"""Multiplies the jump by the layer's own stride before using it.

expect:
  receptive_field: {score: 2.75, says: "*next* layer"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    rf, jump, start = 1, 1, 0.0
    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        if min(k, s, d) < 1 or p < 0:
            raise ValueError(f"no such layer: {layer}")
        jump *= s
        rf += d * (k - 1) * jump
        start += (d * (k - 1) / 2 - p) * jump
    return rf, jump, start
