"""Right answers, but each probe reports zeros in the place of all numbers.

whole: true
expect:
  random_crop: {score: 2.5}
  random_hflip: {score: 1.5}
  six_nine: {score: 2, says: "flip_rate"}
  augmentation_lab: {score: 0.5, says: "trained 3 times on each"}
  cifar10: {score: 1, says: "load_cifar10"}
"""

# %% random_crop_answer
import sys


def zeros(value):
    """The same with 0 for each number."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return value * 0
    if isinstance(value, dict):
        return {key: zeros(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(zeros, value))
    return type(value)(0) if type(value) in (int, float) else value


def forged(true_run):
    def run_probe(request, namespace):
        return zeros(true_run(request, namespace))

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
