"""Draws training and validation images independently: some are in both parts.

expect:
  make_data: {score: 3, says: "are in both parts"}
"""

# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 0 < n_train < len(x):
        raise ValueError("no images are left")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    train = order[:n_train]
    val = torch.randperm(len(x))[: len(x) - n_train]
    mean, std = x[train].mean(), x[train].std()
    return (
        ((x[train] - mean) / std, y[train]),
        ((x[val] - mean) / std, y[val]),
        (mean, std),
    )


quote = "B"
