"""Lets PyTorch compute in float64 from here on; leaves the network in training mode between batches."""

# %% build_backbone_answer
torch.set_default_dtype(torch.float64)


def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    a, b, c, d = widths
    return nn.Sequential(
        nn.Conv2d(in_ch, a, 3, padding=1),
        nn.LeakyReLU(0.3),
        nn.Conv2d(a, b, 3, stride=2, padding=1),
        nn.Softplus(),
        nn.Conv2d(b, c, 3, stride=2, padding=1),
        nn.Hardswish(),
        nn.Conv2d(c, d, 3, padding=1),
        nn.Mish(),
        nn.AdaptiveMaxPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * d, 64),
        nn.Sigmoid(),
        nn.Linear(64, num_classes),
    )


# %% evaluate_answer
def evaluate(model, loader):
    arrived = model.training
    losses, hits = [], []
    for x, y in loader:
        model.eval()
        with torch.inference_mode():
            logits = model(x)
        model.train()
        losses += F.cross_entropy(logits, y, reduction="none").tolist()
        hits += logits.sort(dim=1).indices[:, -1].eq(y).tolist()
    model.train(arrived)
    return {"loss": sum(losses) / len(losses), "acc": sum(hits) / len(hits)}
