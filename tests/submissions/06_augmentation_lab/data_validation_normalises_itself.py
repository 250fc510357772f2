"""Normalises the validation images with their own numbers.

expect:
  make_data: {score: 3.25, says: "with different numbers"}
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
        ((x[val] - x[val].mean()) / x[val].std(), y[val]),
        (mean, std),
    )


quote = "B"
