"""Runs the lab, but writes other results down, by which augmentation hurts.

whole: true
expect:
  augmentation_lab: {score: 4.5, says: "of the validation digits rightly"}
"""


# %% conclusion_answer
def plot_curves(results):
    for arm in ("plain", "augmented"):
        accuracy = np.array([history["val_acc"] for history in results[arm]])
        epochs = range(1, accuracy.shape[1] + 1)
        plt.plot(epochs, accuracy.mean(0), label=arm)
        plt.fill_between(epochs, accuracy.min(0), accuracy.max(0), alpha=0.2)
    plt.xlabel("epoch")
    plt.ylabel("validation accuracy")
    plt.legend()
    plt.show()


def conclude(gains):
    if len(gains) < 2:
        return "no clear difference"
    error = np.std(gains, ddof=1) / len(gains) ** 0.5
    if abs(np.mean(gains)) <= error:
        return "no clear difference"
    return "helped" if np.mean(gains) > 0 else "hurt"


results = {
    arm: [{"val_acc": [top + 0.01 * seed] * 30} for seed in range(len(seeds))]
    for arm, top in (("plain", 0.85), ("augmented", 0.65))
}
conclusion = conclude(lesson.paired_gains(results))
