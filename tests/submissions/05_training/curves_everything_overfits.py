"""Sees overfitting everywhere.

expect:
  read_curves: {score: 0.75, says: "is not the right label"}
"""

# %% read_curves_answer
curve_labels, curve_onset = {}, {}
for name, history in lesson.curve_instances(STUDENT_ID).items():
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    rises = val[-1] > 1.2 * val.min()
    if np.isnan(train).any():
        curve_labels[name] = "overfit"
    elif train[-1] > 0.6 * train[0]:
        curve_labels[name] = "overfit"
    else:
        curve_labels[name] = "overfit"
    curve_onset[name] = int(val.argmin()) if rises else None
words = ["dropout", "decay", "augment", "collect", "lowest validation"]
fixes = [
    letter
    for letter, measure in lesson.fix_options(STUDENT_ID).items()
    if any(word in measure for word in words)
]
