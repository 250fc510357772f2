"""legend() is given two names, and the second one lands on the band of the first arm.

expect:
  augmentation_lab: {score: 4.5, says: "of the arm 'augmented'. The labels are ['plain']"}
"""


# %% conclusion_answer
def plot_curves(results):
    for arm, histories in results.items():
        accuracy = np.array([history["val_acc"] for history in histories])
        epochs = range(1, accuracy.shape[1] + 1)
        plt.plot(epochs, accuracy.mean(0))
        plt.fill_between(epochs, accuracy.min(0), accuracy.max(0), alpha=0.2)
    plt.xlabel("epoch")
    plt.ylabel("validation accuracy")
    plt.legend(["plain", "augmented"])
    plt.show()


def conclude(gains):
    if len(gains) < 2:
        return "no clear difference"
    mean, error = np.mean(gains), np.std(gains, ddof=1) / len(gains) ** 0.5
    return "helped" if mean > error else "hurt" if mean < -error else "no clear difference"


conclusion = conclude(lesson.paired_gains(results))
