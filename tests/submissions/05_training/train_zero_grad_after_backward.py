"""Wipes the fresh gradient out before the step: the weights never change.

expect:
  train_one_epoch: {score: 1.75, says: "The weights did not change"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        opt.zero_grad()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
