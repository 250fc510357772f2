"""Counts the small last batch as much as the others, for loss and accuracy.

expect:
  evaluate: {score: 2, says: "weight the mean of each batch"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    total, right, images = 0.0, 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += F.cross_entropy(logits, y).item()
            right += (logits.argmax(dim=1) == y).float().mean().item()
            images += 1
    model.train(was_training)
    return {"loss": total / images, "acc": right / images}
