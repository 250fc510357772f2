"""Returns a list with the loss of each batch instead of one number for the epoch.

expect:
  train_one_epoch: {score: 3, says: "should return one number"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    losses = []
    for x, y in loader:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
