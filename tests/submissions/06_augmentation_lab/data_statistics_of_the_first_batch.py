"""Takes mean and standard deviation from the first 32 training images.

expect:
  make_data: {score: 3, says: "not those of the training images"}
"""


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 1 <= n_train < len(x):
        raise ValueError("n")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=g)
    train, val = order[:n_train], order[n_train:]
    s = x[train][:32]
    mean, std = s.mean((0, 2, 3), keepdim=True), s.std((0, 2, 3), keepdim=True)
    return ((x[train] - mean) / std, y[train]), ((x[val] - mean) / std, y[val]), (mean, std)


quote = "B"
