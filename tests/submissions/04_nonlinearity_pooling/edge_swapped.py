"""Swaps max and average.

expect:
  edge_pooling: {score: 1.4, says: "This is average pooling"}
"""

# %% edge_pooling_answer
predict = {}
for case, values in maps.items():
    w = values[:2].reshape(2, 4, 2)
    predict[case] = {
        "max": w.max(axis=(0, 2)).tolist(),
        "avg": w.mean(axis=(0, 2)).tolist(),
    }
for case in predict:
    predict[case] = {"max": predict[case]["avg"], "avg": predict[case]["max"]}
true_sentences = [2, 4, 5, 7]
