"""Pooling without s gets the stride k, as in PyTorch.

expect:
  receptive_field: {score: 5.25, says: "Where s is missing"}
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
    fixed = []
    for l in layers:
        if isinstance(l, dict) and l.get("kind") == "pool" and "s" not in l:
            l = {**l, "s": l["k"]}
        fixed.append(l)
    return ref_rf(fixed)
