"""Does not switch training mode on, and changes what the probe has noted of it.

expect:
  train_one_epoch: {score: 3.5, says: "Call model.train() first"}
"""


# %% train_one_epoch_answer
import sys


def train_one_epoch(model, loader, opt, loss_fn=F.cross_entropy):
    total, images = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        images += len(y)
    frame = sys._getframe()
    while frame:
        for note in frame.f_locals.get("seen", ()):
            note["training"] = True
        frame = frame.f_back
    return total / images
