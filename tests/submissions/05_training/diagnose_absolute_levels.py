"""Compares the losses with fixed numbers instead of with their own first value.

expect:
  diagnose: {score: 1.25, says: "with its own first value"}
"""


# %% diagnose_answer
def diagnose(history):
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    if not np.isfinite([train, val]).all() or train[-1] > 3 * train[0]:
        return "diverged"
    if train[-1] > 1.1:
        return "underfit"
    return "overfit" if val[-1] > 1.2 * val.min() else "healthy"
