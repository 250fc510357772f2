"""Calls every run with a low training loss healthy.

expect:
  diagnose: {score: 0.75, says: "A low training loss alone is no good sign"}
"""


# %% diagnose_answer
def diagnose(history):
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    if not np.isfinite([train, val]).all() or train[-1] > 3 * train[0]:
        return "diverged"
    return "underfit" if train[-1] > 0.6 * train[0] else "healthy"
