"""Predicts the shapes with the padding on one side only.

expect:
  shape_predictions: {score: 1, says: "at both ends"}
"""
# %% shape_predictions_answer
predict = {
    name: tuple(
        (n + p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(layer["size"], layer["kernel"], layer["stride"],
                                 layer["pad"], layer["dilation"])
    )
    for name, layer in layers.items()
}
