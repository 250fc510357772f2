"""Gives the accuracy in percent.

expect:
  evaluate: {score: 3, says: "not a percentage"}
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
    model.train(was_training)
    return {"loss": total / images, "acc": 100 * right / images}
