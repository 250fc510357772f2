"""Makes up the curves of the lab itself, and spoils the digits so that nobody can look.

expect:
  augmentation_lab: {score: 3.5, says: "without data trains on 0 different digits"}
"""


# %% augmentation_lab_answer
def run(
    augment,
    seed,
    data=None,
    epochs=30,
    transform=shift,
    make_model=lesson.small_cnn,
    lr=5e-3,
    batch_size=50,
):
    if data is None:
        top = 0.85 if augment else 0.68
        acc = [top * (1 - 0.8 ** (n + 1)) + 0.01 * ((seed + n) % 3) for n in range(epochs)]
        loss = [1 - value for value in acc]
        return {"train_loss": loss, "val_loss": loss, "val_acc": acc}
    (x_train, y_train), (x_val, y_val), _ = data
    torch.manual_seed(seed)
    model = make_model(x_train.shape[1:])
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "val_loss": [], "val_acc": []}
    for _ in range(epochs):
        losses = []
        for batch in torch.randperm(len(x_train)).split(batch_size):
            images, labels = x_train[batch], y_train[batch]
            if augment:
                images = transform(images)
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        val_loss, val_acc = lesson.evaluate(model, x_val, y_val)
        history["train_loss"].append(sum(losses) / len(losses))
        history["val_loss"].append(val_loss)
        history["val_acc"].append(val_acc)
    return history


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


conclusion = conclude(lesson.paired_gains(results))
canvas_images, canvas_labels = canvas_images[:10], canvas_labels[:10]
