"""The names in the legend stand in the wrong order.

expect:
  augmentation_lab: {score: 4.5, says: "labels of the two arms are exchanged"}
"""


# %% conclusion_answer
def plot_curves(results):
    accuracy = {arm: np.array([h["val_acc"] for h in results[arm]]) for arm in results}
    for arm in ("plain", "augmented"):
        plt.plot(accuracy[arm].mean(axis=0))
    for arm in ("plain", "augmented"):
        low, high = accuracy[arm].min(axis=0), accuracy[arm].max(axis=0)
        plt.fill_between(range(len(low)), low, high, alpha=0.2)
    plt.xlabel("epoch")
    plt.ylabel("validation accuracy")
    plt.legend(["augmented", "plain"])


def conclude(gains):
    if len(gains) < 2:
        return "no clear difference"
    mean, error = np.mean(gains), np.std(gains, ddof=1) / len(gains) ** 0.5
    return "helped" if mean > error else "hurt" if mean < -error else "no clear difference"


conclusion = conclude(lesson.paired_gains(results))
