"""Trains the network, and returns two losses that nobody measured.

expect:
  overfit16: {score: 1.5, says: "but the loss of the network went from"}
"""


# %% overfit16_answer
def overfit(model, images, labels):
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(80):
        opt.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        opt.step()
    return [1.0, 0.0]
