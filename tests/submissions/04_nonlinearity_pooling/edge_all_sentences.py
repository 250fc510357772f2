"""Calls every sentence true.

expect:
  edge_pooling: {score: 2.0, says: "More than one sentence"}
"""

# %% edge_pooling_answer
predict = {}
for case, values in maps.items():
    w = values[:2].reshape(2, 4, 2)
    predict[case] = {
        "max": w.max(axis=(0, 2)).tolist(),
        "avg": w.mean(axis=(0, 2)).tolist(),
    }
true_sentences = list(range(1, 9))
