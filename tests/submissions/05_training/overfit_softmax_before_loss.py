"""Gives probabilities to cross-entropy: the loss that it shows stays at 0.74.

expect:
  overfit16: {score: 1.5, says: "cannot fall below 0.74"}
"""


# %% overfit16_answer
def overfit(model, images, labels):
    opt = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(60):
        loss = F.cross_entropy(model(images).softmax(dim=1), labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
