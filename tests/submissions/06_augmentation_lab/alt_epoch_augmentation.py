"""Augments the whole training set anew at the start of each epoch; draws the order with numpy; history as a DataFrame."""


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
    import pandas as pd

    (x_train, y_train), (x_val, y_val), _ = data or make_data(
        canvas_images, canvas_labels, 300, seed
    )
    torch.manual_seed(seed)
    model = make_model(x_train.shape[1:])
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    rows = []
    for epoch in range(epochs):
        model.train()
        x_now = transform(x_train) if augment else x_train
        order = rng.permutation(len(x_now))
        for start in range(0, len(order), batch_size):
            rows_of_batch = order[start : start + batch_size]
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x_now[rows_of_batch]), y_train[rows_of_batch])
            loss.backward()
            optimizer.step()
        train_loss, _ = lesson.evaluate(model, x_now, y_train)
        val_loss, val_acc = lesson.evaluate(model, x_val, y_val)
        rows.append({"train_loss": train_loss, "val_loss": val_loss, "val_acc": val_acc})
    return pd.DataFrame(rows)
