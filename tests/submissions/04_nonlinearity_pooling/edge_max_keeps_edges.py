"""Believes that max pooling always keeps edges, dark lines too.

expect:
  edge_pooling: {score: 2.1, says: "it erases dark detail"}
"""

# %% edge_pooling_answer
predict = {}
for case, values in maps.items():
    w = values[:2].reshape(2, 4, 2)
    predict[case] = {
        "max": w.max(axis=(0, 2)).tolist(),
        "avg": w.mean(axis=(0, 2)).tolist(),
    }
w = maps["dark_line"][:2].reshape(2, 4, 2)
predict["dark_line"]["max"] = w.min(axis=(0, 2)).tolist()
true_sentences = [1, 2, 4, 5, 7]
