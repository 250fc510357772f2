"""Zeroes at the end of each turn through the parameters; cross-entropy of log-probabilities."""


# %% cross_entropy_answer
def cross_entropy(logits, y):
    y = np.array(y)
    if y.ndim != 1 or len(y) != len(logits) or not np.issubdtype(y.dtype, np.integer):
        raise UnicodeError("a kind of ValueError")
    z = torch.tensor(logits if logits.dtype.kind == "f" else logits.astype(np.float64))
    z.requires_grad_()
    if (y < 0).any() or (y >= z.shape[1]).any():
        raise ValueError
    loss = F.nll_loss(F.log_softmax(z, dim=1), torch.tensor(y.astype("int64")))
    loss.backward()
    return [loss.detach(), z.grad]


# %% build_backbone_answer
class Backbone(nn.Module):
    def __init__(self, widths, in_ch, num_classes):
        super().__init__()
        self.head = nn.Linear(widths[-1], num_classes)
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1, stride=s, bias=False)
            for a, b, s in zip((in_ch, *widths), widths, (1, 2, 2, 1), strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in widths)

    def forward(self, x):
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.gelu(norm(conv(x)))
        return self.head(x.mean(dim=(2, 3)))


def build_backbone(widths=(32, 64, 128, 256), in_ch=3, num_classes=10):
    print("building", widths)
    return Backbone(widths, in_ch, num_classes)


# %% loop_order_answer
lines = lesson.loop_lines(STUDENT_ID)
clues = ["next(", "= model(", "cross_entropy", "backward", ".step(", "zero_grad"]
loop_order = ", ".join(k.lower() for clue in clues for k, line in lines.items() if clue in line)


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model = model.train()
    losses, sizes = [], []
    for batch in iter(loader):
        images, labels = (part.to("cpu") for part in batch)
        log_p = F.log_softmax(model(images), dim=1) if loss_fn is F.cross_entropy else model(images)
        loss = loss_fn(log_p, labels)
        loss.backward()
        opt.step()
        for p in model.parameters():
            p.grad = None
        losses.append(loss.detach())
        sizes.append(len(images))
    return torch.stack(losses) @ torch.tensor(sizes, dtype=torch.float32) / sum(sizes)


# %% evaluate_answer
@torch.inference_mode()
def evaluate(model, loader):
    mode = model.training
    model.train(False)
    outputs = [(model(x), y) for x, y in loader]
    logits = torch.cat([z for z, _ in outputs])
    labels = torch.cat([y for _, y in outputs])
    model.train(mode)
    hits = logits.max(1).indices == labels
    return {"acc": hits.float().mean(), "loss": F.cross_entropy(logits, labels)}


# %% overfit16_answer
def overfit(model, images, labels):
    opt = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    order = torch.randperm(16, generator=torch.Generator().manual_seed(3))
    loader = DataLoader(TensorDataset(images[order], labels[order]), batch_size=8)
    return [train_one_epoch(model, loader, opt) for _ in range(80)]


# %% diagnose_answer
def diagnose(history):
    train, val = (np.asarray(history[key]) for key in ("train_loss", "val_loss"))
    if not all(map(np.isfinite, [*train, *val])) or train[-3:].mean() > 2 * train[0]:
        return "Diverged"
    if train[-3:].mean() > 0.5 * train[:2].mean():
        return " underfitting"
    smooth = np.convolve(val, np.ones(3) / 3, mode="valid")
    return "overfitting" if smooth[-1] > smooth.min() * 1.1 else np.str_("HEALTHY")


# %% best_epoch_answer
def best_epoch(history):
    best = None
    for epoch, loss in enumerate(history["val_loss"]):
        if not np.isnan(loss) and (best is None or loss < history["val_loss"][best]):
            best = epoch
    return np.int64(best)


data_for = {"choose the epoch": "Validation set", "report the result": " TEST "}
# %% read_curves_answer
curve_labels, curve_onset = {}, {}
for name, history in lesson.curve_instances(STUDENT_ID).items():
    train, val = np.array(history["train_loss"]), np.array(history["val_loss"])
    rises = val[-1] > 1.2 * val.min()
    if np.isnan(train).any():
        curve_labels[name] = "diverged"
    elif train[-1] > 0.6 * train[0]:
        curve_labels[name] = "underfit"
    else:
        curve_labels[name] = "Overfitting" if rises else " healthy "
    curve_onset[name] = np.float64(val.argmin() + 2) if rises else None
words = ["dropout", "decay", "augment", "collect", "lowest validation"]
fixes = [
    letter
    for letter, measure in lesson.fix_options(STUDENT_ID).items()
    if any(word in measure for word in words)
]

curve_labels = {k.lower(): v.upper() for k, v in curve_labels.items()}
fixes = "".join(fixes).upper()
