"""Takes the epoch with the lowest training loss.

expect:
  best_epoch: {score: 0.5, says: "knows its training images by heart"}
"""

# %% best_epoch_answer
data_for = {"choose the epoch": "validation", "report the result": "test"}


def best_epoch(history):
    return int(np.nanargmin(history["train_loss"]))
