"""Stops long before the images are learnt.

expect:
  overfit16: {score: 0, says: "take more steps"}
"""


# %% overfit16_answer
def overfit(model, images, labels):
    opt = torch.optim.SGD(model.parameters(), lr=0.01)
    losses = []
    for _ in range(10):
        loss = F.cross_entropy(model(images), labels)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses
