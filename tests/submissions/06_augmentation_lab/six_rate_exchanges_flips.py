"""Takes rows for columns: hflip turns the image over.

expect:
  six_nine: {score: 2, says: "flips left and right"}
"""

# %% six_nine_answer
def flip_rate(classify, x, transform, target=9):
    axes = {"rot180": (2, 3), "hflip": (2,), "vflip": (3,)}
    if transform not in axes:
        raise ValueError(transform)
    return (classify(x.flip(axes[transform])) == target).float().mean().item()


def relabel(y, transform):
    if transform not in ("rot180", "hflip", "vflip", "crop"):
        raise ValueError(transform)
    swapped = torch.where(y == 6, 9, torch.where(y == 9, 6, y))
    return swapped if transform == "rot180" else y.clone()


predict_nine = {"rot180": "most", "hflip": "few", "vflip": "few"}
