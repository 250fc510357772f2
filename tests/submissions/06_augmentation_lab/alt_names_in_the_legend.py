"""The arms are named only where the legend is made; two panels share their axis labels; the figure is closed."""


# %% conclusion_answer
def plot_curves(results):
    figure, axes = plt.subplots(1, 2, sharey=True)
    means = []
    for axis, arm, colour in zip(axes, ("plain", "augmented"), ("tab:blue", "tab:orange")):
        accuracy = np.array([history["val_acc"] for history in results[arm]])
        means += axis.plot(accuracy.mean(axis=0), color=colour, linewidth=3)
        axis.plot(accuracy.T, color="grey", linewidth=0.5)
    figure.legend(means, ["plain", "augmented"])
    figure.supxlabel("epoch")
    figure.supylabel("validation accuracy")
    plt.show()
    plt.close(figure)


def conclude(gains):
    if len(gains) < 2:
        return "no clear difference"
    mean, error = np.mean(gains), np.std(gains, ddof=1) / len(gains) ** 0.5
    return "helped" if mean > error else "hurt" if mean < -error else "no clear difference"


conclusion = conclude(lesson.paired_gains(results))
