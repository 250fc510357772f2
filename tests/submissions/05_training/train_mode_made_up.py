"""Measures and learns in evaluation mode, and leaves the network as if it had not.

expect:
  train_one_epoch: {score: 3.5, says: "Call model.train() first"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    model.train()
    return total / images
