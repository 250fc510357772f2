"""The start multiplies by the jump after the layer.

expect:
  receptive_field: {score: 5, says: "before"}
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
    rf, jump, start = ref_rf(layers)
    start, j = 0.0, 1
    for l in layers:
        k, s, p, d = lesson.read_layer(l)
        j *= s
        start += (d * (k - 1) / 2 - p) * j
    return rf, jump, start
