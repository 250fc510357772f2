"""Keeps the batches of its first epoch and uses them again: no shuffling.

expect:
  train_one_epoch: {score: 3.75, says: "the images that the network saw"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    if not hasattr(model, "kept"):
        model.kept = list(loader)
    total, images = 0.0, 0
    for x, y in model.kept:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
