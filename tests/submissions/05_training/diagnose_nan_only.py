"""Looks for NaN and forgets infinity.

expect:
  diagnose: {score: 1.25, says: "NaN and infinity"}
"""


# %% diagnose_answer
def diagnose(history):
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    if np.isnan([train, val]).any() or train[-1] > 3 * train[0]:
        return "diverged"
    if train[-1] > 0.6 * train[0]:
        return "underfit"
    return "overfit" if val[-1] > 1.2 * val.min() else "healthy"
