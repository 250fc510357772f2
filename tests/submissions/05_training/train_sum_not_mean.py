"""Adds the losses of a batch up: the step grows with the batch.

expect:
  train_one_epoch: {score: 1.75, says: "a mean, not a sum"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = F.cross_entropy(model(x), y, reduction="sum")
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
        images += len(y)
    return total
