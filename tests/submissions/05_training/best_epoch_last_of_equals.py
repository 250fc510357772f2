"""Takes the last of several epochs with the lowest loss.

expect:
  best_epoch: {score: 0.875, says: "the first is asked for"}
"""

# %% best_epoch_answer
data_for = {"choose the epoch": "validation", "report the result": "test"}


def best_epoch(history):
    losses = history["val_loss"]
    low = np.nanmin(losses)
    return max(epoch for epoch, loss in enumerate(losses) if loss == low)
