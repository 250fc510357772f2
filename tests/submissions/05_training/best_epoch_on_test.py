"""Chooses the epoch on the test set, whose accuracy it also reports.

expect:
  best_epoch: {score: 0.5, says: "A choice that looks at the test set spoils it"}
"""

# %% best_epoch_answer
data_for = {"choose the epoch": "test", "report the result": "test"}


def best_epoch(history):
    return int(np.nanargmin(history["val_loss"]))
