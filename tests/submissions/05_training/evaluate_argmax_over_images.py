"""Looks for the largest logit across the images.

expect:
  evaluate: {score: 3, says: "The classes stand on dim 1"}
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
            hits = logits.argmax(dim=0)
            right += (hits[: len(y)] == y[: len(hits)]).sum().item()
            images += len(y)
    model.train(was_training)
    return {"loss": total / images, "acc": right / images}
