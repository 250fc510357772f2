"""Changes 6 to 9 first, and then all 9s back to 6.

expect:
  six_nine: {score: 2, says: "One label overwrites the other"}
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
    swapped = torch.where(y == 6, 9, y)
    swapped = torch.where(swapped == 9, 6, swapped)
    return swapped if transform == "rot180" else y.clone()


predict_nine = {"rot180": "most", "hflip": "few", "vflip": "few"}
