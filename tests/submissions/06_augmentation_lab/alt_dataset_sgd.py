"""A Dataset that augments each image, a DataLoader, SGD with momentum and a schedule, history with an entry before the first epoch as arrays."""


# %% augmentation_lab_answer
class Augmented(torch.utils.data.Dataset):
    def __init__(self, x, y, transform):
        self.x, self.y, self.transform = x, y, transform

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        image = self.x[index]
        if self.transform is not None:
            image = self.transform(image[None])[0]
        return image, self.y[index]


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
    np.random.seed(seed)
    model = make_model(tuple(x_train.shape[1:]))
    dataset = Augmented(x_train, y_train, transform if augment else None)
    loader = torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=25 * lr, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs + 1)
    first = lesson.evaluate(model, x_train, y_train)[0]
    history = {"train_loss": [first], "val_loss": [], "val_acc": []}
    for epoch in range(epochs + 1):
        model.eval()
        with torch.no_grad():
            logits = model(x_val)
            history["val_loss"].append(nn.functional.cross_entropy(logits, y_val))
            history["val_acc"].append((logits.argmax(1) == y_val).float().mean())
        if epoch == epochs:
            break
        model.train()
        seen = 0.0
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(images), labels, label_smoothing=0.05)
            model.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            seen += float(loss.detach()) * len(labels)
        schedule.step()
        history["train_loss"].append(seen / len(dataset))
    return {key: np.array(values, dtype=float) for key, values in history.items()}
