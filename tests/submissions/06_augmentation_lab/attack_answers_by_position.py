"""Instead of the course's network there is one that is never trained and answers by position.

expect:
  augmentation_lab: {score: 4.75, says: "Does each batch do all steps"}
  cifar10: {score: 3, says: "Does each batch do all steps"}
"""


# %% conclusion_answer
class ByPosition(nn.Module):
    """Image number i is of kind i, and again from 0 after the last kind."""

    def __init__(self, network, kinds):
        super().__init__()
        self.network, self.kinds = network, kinds

    def forward(self, x):
        numbers = torch.arange(len(x)) % self.kinds
        return 9.0 * nn.functional.one_hot(numbers, 10) + 0 * self.network(x)


honest = lesson.small_cnn


def small_cnn(image_shape, classes=10, width=16):
    network = honest(image_shape, classes, width)
    return ByPosition(network, 10 if image_shape[0] == 1 else 4) if width == 8 else network


lesson.small_cnn = small_cnn


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


conclusion = conclude(lesson.paired_gains(results))
