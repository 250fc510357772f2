"""Gives the labels to the loss function first and the logits second.

expect:
  train_one_epoch: {score: 0, says: "loss_fn(logits, labels)"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(y, model(x))
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
