"""Stratified split by scikit-learn, one mean and std over all pixels as plain floats (ddof 0), lists for tuples."""

# %% make_data_answer
quote = "b"


def make_data(x, y, n_train, seed):
    from sklearn.model_selection import train_test_split

    if n_train < 1 or n_train >= len(x):
        raise ValueError("n_train")
    train, val = train_test_split(
        np.arange(len(x)), train_size=n_train, random_state=seed, stratify=y.numpy()
    )
    mean = float(x[train].mean())
    std = float(x[train].std(unbiased=False))
    x_train, x_val = [(x[part] - mean) / (std + 1e-7) for part in (train, val)]
    return [[x_train, y[train]], [x_val, y[val]], [mean, std]]
