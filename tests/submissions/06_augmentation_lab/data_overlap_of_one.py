"""A single training image is among the validation images, too.

expect:
  make_data: {score: 3, says: "Draw one order and cut it in two"}
"""


# %% make_data_answer
def make_data(x, y, n_train, seed):
    if not 1 <= n_train < len(x):
        raise ValueError("n")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=g)
    train, val = order[:n_train], order[n_train:]
    val = torch.cat([train[:1], val[1:]])
    mean, std = x[train].mean((0, 2, 3), keepdim=True), x[train].std((0, 2, 3), keepdim=True)
    return ((x[train] - mean) / std, y[train]), ((x[val] - mean) / std, y[val]), (mean, std)


quote = "B"
