"""Measures in training mode, puts the statistics back, and changes what the probe has noted.

expect:
  evaluate: {score: 2.75, says: "Call model.eval() before measuring"}
"""


# %% evaluate_answer
import copy
import sys


def evaluate(model, loader):
    state, total, right, images = copy.deepcopy(model.state_dict()), 0.0, 0, 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += F.cross_entropy(logits, y, reduction="sum").item()
            right += (logits.argmax(dim=1) == y).sum().item()
            images += len(y)
    model.load_state_dict(state)
    frame = sys._getframe()
    while frame:
        for note in frame.f_locals.get("seen", ()):
            note[:] = [False] * len(note)
        frame = frame.f_back
    return {"loss": total / images, "acc": right / images}
