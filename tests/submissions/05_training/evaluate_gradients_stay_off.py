"""Switches gradients off for good: after it no network can be trained any more.

expect:
  evaluate: {score: 3.25, says: "no gradient is recorded any more"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    torch.set_grad_enabled(False)
    total, right, images = 0.0, 0, 0
    for x, y in loader:
        logits = model(x)
        total += F.cross_entropy(logits, y, reduction="sum").item()
        right += (logits.argmax(dim=1) == y).sum().item()
        images += len(y)
    model.train(was_training)
    return {"loss": total / images, "acc": right / images}


# %% overfit16_answer
def overfit(model, images, labels):
    torch.set_grad_enabled(True)
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    return [train_one_epoch(model, [(images, labels)], opt) for _ in range(60)]
