"""Where no data are given, the validation digits are augmented in the augmented arm.

expect:
  augmentation_lab: {score: 4, says: "0 of 300 validation digits as they are"}
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
        train, (x_val, y_val), numbers = make_data(canvas_images, canvas_labels, 300, seed)
        if augment:
            x_val = transform(x_val)
        data = train, (x_val, y_val), numbers
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
