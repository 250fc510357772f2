"""Looks at convolutions only.

expect:
  receptive_field: {score: 4.75, says: "window too"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    rf, jump, start = 1, 1, 0.0
    for layer in layers:
        k, s, p, d = lesson.read_layer(layer)
        if min(k, s, d) < 1 or p < 0:
            raise ValueError(f"no such layer: {layer}")
        if lesson.kind_of(layer) == "pool":
            continue
        rf += d * (k - 1) * jump
        start += (d * (k - 1) / 2 - p) * jump
        jump *= s
    return rf, jump, start
