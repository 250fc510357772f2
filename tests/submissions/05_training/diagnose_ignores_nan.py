"""Does not look for NaN.

expect:
  diagnose: {score: 1.25, says: "comparisons with NaN are never true"}
"""


# %% diagnose_answer
def diagnose(history):
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    if train[-1] > 3 * train[0]:
        return "diverged"
    if train[-1] > 0.6 * train[0]:
        return "underfit"
    return "overfit" if val[-1] > 1.2 * val.min() else "healthy"
