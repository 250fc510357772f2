"""Predicts the shapes without looking at the stride.

expect:
  shape_predictions: {score: 1, says: "stride is left out"}
"""
# %% shape_predictions_answer
predict = {
    name: tuple(
        (n + 2 * p - d * (k - 1) - 1) + 1
        for n, k, s, p, d in zip(layer["size"], layer["kernel"], layer["stride"],
                                 layer["pad"], layer["dilation"])
    )
    for name, layer in layers.items()
}
