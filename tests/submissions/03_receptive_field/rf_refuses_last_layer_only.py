"""Looks only at the last layer for impossible numbers.

expect:
  receptive_field: {score: 5.75, says: "should be refused"}
"""


# %% receptive_field_answer
def ref_rf(layers):
    rf, jump, start = 1, 1, 0.0
    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        if min(k, s, d) < 1 or p < 0:
            raise ValueError(f"no such layer: {layer}")
        reach = d * (k - 1)
        rf += reach * jump
        start += (reach / 2 - p) * jump
        jump *= s
    return rf, jump, start
def receptive_field(layers):
    rf, jump, start = 1, 1, 0.0
    for n, layer in enumerate(layers):
        k, s, p, d = lesson.read_layer(layer)
        if n == len(layers) - 1 and (min(k, s, d) < 1 or p < 0): raise ValueError
        rf += d * (k - 1) * jump; start += (d * (k - 1) / 2 - p) * jump; jump *= s
    return rf, jump, start
