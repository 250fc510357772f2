"""Divides the standard deviation by n instead of its root.

expect:
  augmentation_lab: {score: 4.5, says: "not s/n"}
"""


# %% conclusion_answer
def plot_curves(results):
    fig, ax = plt.subplots()
    for arm in results:
        a = np.array([h["val_acc"] for h in results[arm]])
        ax.plot(a.mean(0), label=arm)
        ax.fill_between(range(a.shape[1]), a.min(0), a.max(0), alpha=0.2)
    ax.set_xlabel("epoch")
    ax.set_ylabel("validation accuracy")
    ax.legend()


def conclude(gains):
    if len(gains) < 2:
        return "no clear difference"
    m, e = np.mean(gains), np.std(gains, ddof=1) / len(gains)
    return "helped" if m > e else "hurt" if m < -e else "no clear difference"


conclusion = None
conclusion = conclude(lesson.paired_gains(results))
