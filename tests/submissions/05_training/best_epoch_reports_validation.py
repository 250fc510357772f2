"""Reports the validation result of the epoch that it chose there.

expect:
  best_epoch: {score: 0.5, says: "took part in no choice"}
"""

# %% best_epoch_answer
data_for = {"choose the epoch": "validation", "report the result": "validation"}


def best_epoch(history):
    return int(np.nanargmin(history["val_loss"]))
