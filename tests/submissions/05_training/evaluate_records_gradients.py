"""Measures without torch.no_grad().

expect:
  evaluate: {score: 3.25, says: "with torch.no_grad():"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    total, right, images = 0.0, 0.0, 0
    if True:
        for x, y in loader:
            logits = model(x)
            total += F.cross_entropy(logits, y, reduction="sum").item()
            right += (logits.argmax(dim=1) == y).sum().item()
            images += len(y)
    model.train(was_training)
    return {"loss": total / images, "acc": right / images}
