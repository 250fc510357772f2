"""Loops in plain Python; a lazy network that ends with log-probabilities; other loops."""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    n = logits.shape[0]
    if np.shape(y) != (n,):
        raise ValueError("shape of y")
    total, grad = 0.0, np.zeros(logits.shape, np.result_type(logits, np.float32))
    for i in range(n):
        label = int(y[i])
        if label != y[i] or not 0 <= label < logits.shape[1]:
            raise ValueError("label")
        row = logits[i].astype(float)
        top = max(row)
        log_sum = top + np.log(sum(np.exp(v - top) for v in row))
        total += log_sum - row[label]
        for k, v in enumerate(row):
            grad[i, k] = (np.exp(v - log_sum) - (k == label)) / n
    return {"loss": total / n, "dlogits": grad}


# %% build_backbone_answer
def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    layers = []
    for i, width in enumerate(widths):
        layers += [nn.LazyConv2d(width, 3, padding="same"), nn.LeakyReLU(0.1), nn.Dropout(0.1)]
        layers += [nn.AvgPool2d(2)] if i in (1, 2) else []
    layers += [nn.Conv2d(widths[-1], num_classes, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.LogSoftmax(dim=1))


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    dev = next(model.parameters()).device
    seen, running = 0, 0
    for images, labels in loader:
        model.train()
        images, labels = images.to(dev).float(), labels.to(dev).long()
        loss = loss_fn(model(images), labels)
        model.zero_grad(set_to_none=False)
        loss.backward()
        opt.step()
        seen += images.size(0)
        running += (loss.item() - running) * images.size(0) / seen
    return np.float32(running)


# %% evaluate_answer
def evaluate(model, loader):
    mode = model.training
    model.eval()
    hits, losses = [], []
    for x, y in list(loader):
        with torch.set_grad_enabled(False):
            log_p = F.log_softmax(model(x), dim=-1)
        hits += (log_p.argmax(-1) == y).tolist()
        losses += (-log_p[range(len(y)), y]).tolist()
    if mode:
        model.train()
    return dict(loss=np.mean(losses), acc=np.mean(hits), n=len(hits))


# %% overfit16_answer
def overfit(model, images, labels):
    opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 60)
    losses = []
    for _ in range(60):
        opt.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        opt.step()
        schedule.step()
        losses.append(loss)
    return losses


# %% diagnose_answer
def diagnose(history):
    train, val = history["train_loss"], history["val_loss"]
    if any(v != v or v == float("inf") for v in train + val) or train[-1] > 4 * train[0]:
        return "diverged"
    if train[-1] > 0.75 * train[0]:
        return "underfit"
    gap = val[-1] - train[-1]
    return "overfit" if gap > 0.15 * train[0] and val[-1] > 1.3 * min(val) else "healthy"


# %% best_epoch_answer
data_for = {"choose the epoch": "val", "report the result": "test"}


def best_epoch(history):
    losses = [float("inf") if v != v else v for v in history["val_loss"]]
    return losses.index(min(losses))
