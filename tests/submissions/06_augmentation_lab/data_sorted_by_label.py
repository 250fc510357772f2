"""Cuts the images sorted by their labels: whole classes are missing in the training.

expect:
  make_data: {score: 3.25, says: "not drawn at random"}
"""


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 1 <= n_train < len(x):
        raise ValueError("n")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=g)
    train, val = order[:n_train], order[n_train:]
    order = y.argsort()
    train, val = order[:n_train], order[n_train:]
    mean, std = x[train].mean((0, 2, 3), keepdim=True), x[train].std((0, 2, 3), keepdim=True)
    return ((x[train] - mean) / std, y[train]), ((x[val] - mean) / std, y[val]), (mean, std)


quote = "B"
