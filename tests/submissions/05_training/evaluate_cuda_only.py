"""Moves the batches to a GPU, whether there is one or not.

expect:
  evaluate: {score: 0, says: "Not every machine has a GPU"}
"""


# %% evaluate_answer
def evaluate(model, loader):
    was_training = model.training
    model.eval()
    total, right, images = 0.0, 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            x, y = x.cuda(), y.cuda()
            logits = model(x)
            total += F.cross_entropy(logits, y, reduction="sum").item()
            right += (logits.argmax(dim=1) == y).sum().item()
            images += len(y)
    model.train(was_training)
    return {"loss": total / images, "acc": right / images}
