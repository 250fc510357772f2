"""Normalises everything, but with the numbers of the training images, then splits; class by class."""

# %% make_data_answer
def make_data(x, y, n_train, seed):
    if n_train <= 0 or n_train >= x.shape[0]:
        raise ValueError("nothing left")
    torch.manual_seed(seed)
    mask = torch.zeros(len(x), dtype=torch.bool)
    mask[torch.randperm(len(x))[:n_train]] = True
    pixels = x[mask].transpose(0, 1).flatten(1)
    mean, std = pixels.mean(1), pixels.std(1)
    normal = (x - mean[None, :, None, None]) / std[None, :, None, None]
    return (normal[mask], y[mask]), (normal[~mask], y[~mask]), (mean, std)


quote = "B"
