"""Turns the images into float64, unlike the weights.

expect:
  train_one_epoch: {score: 0, says: "Leave the images in the dtype"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        x = x.double()
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
