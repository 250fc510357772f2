"""Believes that a checkerboard stays one.

expect:
  edge_pooling: {score: 2.6, says: "does not stay one"}
"""

# %% edge_pooling_answer
predict = {}
for case, values in maps.items():
    w = values[:2].reshape(2, 4, 2)
    predict[case] = {
        "max": w.max(axis=(0, 2)).tolist(),
        "avg": w.mean(axis=(0, 2)).tolist(),
    }
predict["checkerboard"]["max"] = maps["checkerboard"][0, 2:6].tolist()
true_sentences = [2, 4, 5, 7]
