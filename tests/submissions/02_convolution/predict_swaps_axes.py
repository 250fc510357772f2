"""Writes the width first.

expect:
  shape_predictions: {score: 0, says: "Height comes first"}
"""
# %% shape_predictions_answer
predict = {
    name: tuple(
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(layer["size"], layer["kernel"], layer["stride"],
                                 layer["pad"], layer["dilation"])
    )[::-1]
    for name, layer in layers.items()
}
