"""Moves the batches to a GPU, whether there is one or not.

expect:
  train_one_epoch: {score: 0, says: "Not every machine has a GPU"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        x, y = x.cuda(), y.cuda()
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
