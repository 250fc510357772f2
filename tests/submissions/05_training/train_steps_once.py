"""Adds the gradients of all batches up and steps once at the end of the epoch.

expect:
  train_one_epoch: {score: 3, says: "once for each batch"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    opt.zero_grad()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        total += loss.item() * len(y)
        images += len(y)
    opt.step()
    return total / images
