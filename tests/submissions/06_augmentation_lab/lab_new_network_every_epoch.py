"""Makes the network inside the loop over the epochs.

expect:
  augmentation_lab: {score: 4.25, says: "before the loop over the epochs"}
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
        data = make_data(canvas_images, canvas_labels, 300, seed)
    (x_train, y_train), (x_val, y_val), _ = data
    torch.manual_seed(seed)
    history = {"train_loss": [], "val_loss": [], "val_acc": []}
    for _ in range(epochs):
        model = make_model(x_train.shape[1:])
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
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
