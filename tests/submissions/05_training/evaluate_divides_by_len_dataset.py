"""Asks the loader for its data set, which not every loader has.

expect:
  evaluate: {score: 3, says: "nothing else of it is promised"}
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
    return {"loss": total / len(loader.dataset), "acc": right / len(loader.dataset)}
