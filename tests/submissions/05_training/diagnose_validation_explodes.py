"""Takes a validation loss that rises above its start for divergence.

expect:
  diagnose: {score: 1, says: "training loss ends far above its start"}
"""


# %% diagnose_answer
def diagnose(history):
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    if not np.isfinite([train, val]).all() or val[-1] > 1.05 * val[0]:
        return "diverged"
    if train[-1] > 0.6 * train[0]:
        return "underfit"
    return "overfit" if val[-1] > 1.2 * val.min() else "healthy"
