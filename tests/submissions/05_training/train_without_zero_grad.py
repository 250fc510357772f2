"""Never wipes old gradients out.

expect:
  train_one_epoch: {score: 3, says: "gradients of earlier batches are added"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
