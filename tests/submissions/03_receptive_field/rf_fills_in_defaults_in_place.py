"""Writes the defaults into the caller's layers.

expect:
  receptive_field: {score: 5.75, says: "still needs the layers"}
"""


# %% receptive_field_answer
def receptive_field(layers):
    rf, jump, start = 1, 1, 0.0
    for layer in layers:
        if isinstance(layer, tuple):
            layer = dict(zip("kspd", layer))
        k = layer["k"]
        s, p, d = layer.setdefault("s", 1), layer.setdefault("p", 0), layer.setdefault("d", 1)
        if min(k, s, d) < 1 or p < 0:
            raise ValueError("no such layer")
        rf += d * (k - 1) * jump
        start += (d * (k - 1) / 2 - p) * jump
        jump *= s
    return rf, jump, start
