"""Takes the images from number seed on, as they come.

expect:
  make_data: {score: 3.25, says: "Draw the training images at random"}
"""


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 0 < n_train < len(x):
        raise ValueError("no images are left")
    order = torch.arange(len(x)).roll(-seed)
    train, val = order[:n_train], order[n_train:]
    mean, std = x[train].mean(), x[train].std()
    return (
        ((x[train] - mean) / std, y[train]),
        ((x[val] - mean) / std, y[val]),
        (mean, std),
    )


quote = "B"
