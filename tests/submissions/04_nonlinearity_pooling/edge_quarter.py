"""Lets a line cover one pixel of four.

expect:
  edge_pooling: {score: 2.2, says: "two of its four pixels"}
"""

# %% edge_pooling_answer
predict = {}
for case, values in maps.items():
    w = values[:2].reshape(2, 4, 2)
    predict[case] = {
        "max": w.max(axis=(0, 2)).tolist(),
        "avg": w.mean(axis=(0, 2)).tolist(),
    }
low, high = maps["aligned"].min(), maps["aligned"].max()
half = (low + high) / 2
row = predict["bright_line"]["avg"]
predict["bright_line"]["avg"] = [low + (high - low) / 4 if v == half else v for v in row]
row = predict["dark_line"]["avg"]
predict["dark_line"]["avg"] = [high - (high - low) / 4 if v == half else v for v in row]
true_sentences = [2, 4, 5, 7]
