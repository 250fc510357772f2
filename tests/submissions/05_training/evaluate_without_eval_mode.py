"""Measures in whatever mode the model is.

expect:
  evaluate: {score: 2.75, says: "Call model.eval() before measuring"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    was_training = model.training
    total, right, images = 0.0, 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += F.cross_entropy(logits, y, reduction="sum").item()
            right += (logits.argmax(dim=1) == y).sum().item()
            images += len(y)
    return {"loss": total / images, "acc": right / images}
