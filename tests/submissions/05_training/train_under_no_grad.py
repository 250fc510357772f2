"""Puts the training loop under no_grad, as it belongs to a measurement.

expect:
  train_one_epoch: {score: 0, says: "no torch.no_grad()"}
"""


# %% train_one_epoch_answer
@torch.no_grad()
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
