"""Changes the labels that it was given.

expect:
  six_nine: {score: 2, says: "y after relabel"}
"""

# %% six_nine_answer
def flip_rate(classify, x, transform, target=9):
    axes = {"rot180": (2, 3), "hflip": (3,), "vflip": (2,)}
    if transform not in axes:
        raise ValueError(transform)
    return (classify(x.flip(axes[transform])) == target).float().mean().item()


def relabel(y, transform):
    if transform not in ("rot180", "hflip", "vflip", "crop"):
        raise ValueError(transform)
    if transform == "rot180":
        six, nine = y == 6, y == 9
        y[six], y[nine] = 9, 6
    return y


predict_nine = {"rot180": "most", "hflip": "few", "vflip": "few"}
