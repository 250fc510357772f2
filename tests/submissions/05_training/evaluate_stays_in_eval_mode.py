"""Leaves the model in evaluation mode.

expect:
  evaluate: {score: 3.5, says: "call model.train(that) at the end"}
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
    return {"loss": total / images, "acc": right / images}
