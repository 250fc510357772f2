"""Believes that no gradient comes through max pooling.

expect:
  edge_pooling: {score: 2.5, says: "routed"}
"""

# %% edge_pooling_answer
predict = {}
for case, values in maps.items():
    w = values[:2].reshape(2, 4, 2)
    predict[case] = {
        "max": w.max(axis=(0, 2)).tolist(),
        "avg": w.mean(axis=(0, 2)).tolist(),
    }
true_sentences = [2, 4, 5, 6, 7]
