"""Gives probabilities to cross-entropy.

expect:
  train_one_epoch: {score: 0.75, says: "give it raw logits"}
"""


# %% train_one_epoch_answer
def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    model.train()
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x).softmax(dim=1), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    return total / images
