"""Right answers, but each probe is played on other inputs: what remains is what is called directly.

expect:
  random_crop: {score: 2.5, says: "pixels of another image"}
  random_hflip: {score: 1.5, says: "pixels of another image"}
  six_nine: {score: 2, says: "flip_rate"}
  augmentation_lab: {score: 1, says: "does not follow from its weights"}
  cifar10: {score: 1, says: "load_cifar10"}
"""

# %% random_crop_answer
import sys


def other(value):
    """Another draw of the same kind."""
    if isinstance(value, torch.Tensor):
        flat = value.flatten()
        if value.is_floating_point():
            return (torch.rand(value.shape) * (1 + value.max())).to(value.dtype)
        return flat[torch.randperm(len(flat))].reshape(value.shape)
    if isinstance(value, np.ndarray):
        return np.random.default_rng().permuted(value)
    if isinstance(value, dict):
        return {key: other(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(other, value))
    if isinstance(value, float) and value > 0.1:
        return torch.rand(()).item()
    if isinstance(value, bytes):
        return value[:1000] + value[2000:999:-1] + value[2001:]
    return value


def forged(true_run):
    def run_probe(request, namespace):
        changed = {"args": other(request["args"]), "kwargs": other(request["kwargs"])}
        return true_run(request | changed, namespace)

    return run_probe


def forge():
    """Put the forger in the place of what answers probes, wherever the call came from."""
    frame = sys._getframe()
    while frame is not None:
        operations = frame.f_globals.get("_OPERATIONS")
        if isinstance(operations, dict) and not operations.get("forged"):
            operations.update(run=forged(operations["run"]), forged=True)
        frame = frame.f_back


def random_crop(x, pad, generator=None):
    forge()
    if x.dim() != 4 or pad < 0:
        raise ValueError("x must be a batch, pad not negative")
    n, c, h, w = x.shape
    padded = nn.functional.pad(x, (pad,) * 4)
    rows, columns = (torch.randint(2 * pad + 1, (n,), generator=generator) for _ in range(2))
    crops = [
        padded[i, :, top : top + h, left : left + w]
        for i, (top, left) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True))
    ]
    return torch.stack(crops)
