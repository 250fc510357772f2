"""Takes a validation loss below the training loss for a fault.

expect:
  diagnose: {score: 1.25, says: "no bug and no bad sign"}
"""


# %% diagnose_answer
def diagnose(history):
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    if not np.isfinite([train, val]).all() or train[-1] > 3 * train[0]:
        return "diverged"

    if train[-1] > 0.6 * train[0]:
        return "underfit"
    if val[-1] < 0.9 * train[-1]:
        return "bug"
    return "overfit" if val[-1] > 1.2 * val.min() else "healthy"
