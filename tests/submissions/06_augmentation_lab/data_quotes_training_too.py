"""Quotes the accuracy on training and validation images together.

expect:
  make_data: {score: 3.5, says: "it may know them by heart"}
"""


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 0 < n_train < len(x):
        raise ValueError("no images are left")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    train, val = order[:n_train], order[n_train:]
    mean, std = x[train].mean(), x[train].std()
    return (
        ((x[train] - mean) / std, y[train]),
        ((x[val] - mean) / std, y[val]),
        (mean, std),
    )


quote = "D"
