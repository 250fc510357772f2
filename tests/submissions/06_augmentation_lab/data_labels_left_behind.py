"""Shuffles the images but not their labels.

expect:
  make_data: {score: 3, says: "have the label of another image"}
"""

# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 0 < n_train < len(x):
        raise ValueError("no images are left")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    train, val = order[:n_train], order[n_train:]
    mean, std = x[train].mean(), x[train].std()
    return (
        ((x[train] - mean) / std, y[:n_train].clone()),
        ((x[val] - mean) / std, y[n_train:].clone()),
        (mean, std),
    )


quote = "B"
