"""Trains, but returns a history that is made up.

expect:
  augmentation_lab: {score: 3.75, says: "val_acc"}
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
    model = make_model(x_train.shape[1:])
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    history = {"train_loss": [], "val_loss": [], "val_acc": []}
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x_train)).split(batch_size):
            xb, yb = x_train[rows], y_train[rows]
            if augment:
                xb = transform(xb)
            loss = nn.functional.cross_entropy(model(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(rows)
        vl, va = lesson.evaluate(model, x_val, y_val)
        history["train_loss"].append(total / len(x_train))
        history["val_loss"].append(vl)
        history["val_acc"].append(va)
    return {
        "train_loss": [1.0] * epochs,
        "val_loss": [1.0] * epochs,
        "val_acc": [0.9 if augment else 0.7] * epochs,
    }
    return history
