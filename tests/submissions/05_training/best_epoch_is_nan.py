"""Takes NaN for the lowest loss, as np.argmin does.

expect:
  best_epoch: {score: 0.875, says: "takes NaN for the lowest"}
"""

# %% best_epoch_answer
data_for = {"choose the epoch": "validation", "report the result": "test"}


def best_epoch(history):
    return int(np.argmin(history["val_loss"]))
