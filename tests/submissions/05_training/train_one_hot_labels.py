"""Turns the labels into one-hot rows of floats, which not every loss function takes.

expect:
  train_one_epoch: {score: 3.75, says: "Labels are class indices"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), F.one_hot(y, 4).float())
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
