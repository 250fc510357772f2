"""Gives probabilities to cross-entropy. Accuracy does not show it.

expect:
  evaluate: {score: 3, says: "give it raw logits"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    total, right, images = 0.0, 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x).softmax(dim=1)
            total += F.cross_entropy(logits, y, reduction="sum").item()
            right += (logits.argmax(dim=1) == y).sum().item()
            images += len(y)
    model.train(was_training)
    return {"loss": total / images, "acc": right / images}
