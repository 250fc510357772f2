"""Asks the loader for its length, which not every loader has.

expect:
  train_one_epoch: {score: 3, says: "nothing else of it is promised"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item()
        images += len(y)
    return total / len(loader)
