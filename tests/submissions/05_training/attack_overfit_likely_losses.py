"""Trains the network, and always returns the same two likely losses.

expect:
  overfit16: {score: 1.5, says: "but the returned losses start at"}
"""


# %% overfit16_answer
def overfit(model, images, labels):
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(80):
        opt.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        opt.step()
    return [1.386, 0.02]
