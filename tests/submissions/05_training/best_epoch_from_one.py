"""Counts epochs from 1.

expect:
  best_epoch: {score: 0.5, says: "count from 0"}
"""

# %% best_epoch_answer
data_for = {"choose the epoch": "validation", "report the result": "test"}


def best_epoch(history):
    return int(np.nanargmin(history["val_loss"])) + 1
