"""Leaves the model in training mode, in whatever mode it came.

expect:
  evaluate: {score: 3.5, says: "evaluation mode and left in the other one"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    total, right, images = 0.0, 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += F.cross_entropy(logits, y, reduction="sum").item()
            right += (logits.argmax(dim=1) == y).sum().item()
            images += len(y)
    model.train()
    return {"loss": total / images, "acc": right / images}
