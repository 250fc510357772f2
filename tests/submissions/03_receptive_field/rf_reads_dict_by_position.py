"""Takes a dict's values in the order in which they stand.

expect:
  receptive_field: {score: 1.25, says: "too many values"}
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
    return ref_rf([tuple(l.values()) if isinstance(l, dict) else l for l in layers])
