"""What notebook 6 brings along: the digits, a small network, the lab's budget, the figures.

Images are ``torch`` tensors of shape (N, C, H, W) with values from 0 to 1, labels are int64
tensors of shape (N,).
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
from classroom import personal

ARMS = ("plain", "augmented")
TURNS = ("rot180", "hflip", "vflip")

TASKS = {
    "digit": "Which digit, 0 to 9, is written here? It is read as it stands.",
    "photo": "Which of the ten CIFAR-10 things (aeroplane, cat, ship ...) is in the photograph?",
    "arrow": "Does the arrow point to the left or to the right?",
    "word": "Which word is printed on the sign? It is read as it stands.",
    "satellite": "Seen straight from above: is this land forest, field, town or water?",
    "xray": "Does the spot lie in the left or in the right half of this chest X-ray?",
}
TRANSFORMS = {
    "crop": "shifted by a few pixels; all that matters stays in the picture",
    "hflip": "mirrored, left and right change places",
    "vflip": "turned over, top and bottom change places",
    "rot180": "turned by 180 degrees (hflip and vflip together)",
    "jitter": "a little brighter, paler or of another tint; a person still sees the same thing",
}
WORDS = ("ok", "relabel", "breaks", "depends")
MOST_DEPENDS = 6
LABS = []  # for each lab its seeds and, for each arm, the networks that its runs have trained
_latest = []  # the network that small_cnn made last, if any


# ----------------------------------------------------------------- the data


def digits():
    """Scikit-learn's 1,797 handwritten digits: images (1797, 1, 8, 8), labels (1797,)."""
    import torch
    from sklearn.datasets import load_digits

    bundle = load_digits()
    images = torch.tensor(bundle.images[:, None] / 16, dtype=torch.float32)
    return images, torch.tensor(bundle.target, dtype=torch.int64)


def digits_on_canvas(n=600, side=14, seed=0):
    """The first n digits, each at a random place of a black canvas: images (n, 1, side, side)."""
    import torch

    small, labels = digits()
    rng = np.random.default_rng(seed)
    images = torch.zeros(n, 1, side, side)
    for image, digit in zip(images, small[:n], strict=True):
        top, left = rng.integers(0, side - 8 + 1, size=2)
        image[:, top : top + 8, left : left + 8] = digit
    return images, labels[:n].clone()


def digit_reader():
    """A reader of digits and digits that it has not seen: ``classify, images, labels``.

    ``classify(images)`` takes images (N, 1, 8, 8) and returns the label (N,) of the most
    similar image among the 1,000 digits that the reader knows (its nearest neighbour).
    """
    import torch

    images, labels = digits()
    known, known_labels = images[:1000].flatten(1), labels[:1000]

    def classify(new):
        nearest = torch.cdist(new.flatten(1), known).argmin(dim=1)
        return known_labels[nearest]

    return classify, images[1000:], labels[1000:]


def cifar10_or_digits(load_cifar10, root, n=1000, download=False):
    """``images, labels, name``: n images of CIFAR-10 by your loader or, without it, 200 digits."""
    reason = f"there is no folder 'cifar-10-batches-py' in {str(root)!r}"
    if download or Path(root, "cifar-10-batches-py").is_dir():
        try:
            images, labels = load_cifar10(root, n, download)
            return images, labels, "CIFAR-10"
        except NotImplementedError:
            raise
        except (OSError, RuntimeError) as error:
            reason = str(error).splitlines()[0].rstrip(".")
    print(f"CIFAR-10 is not used ({reason}); the embedded digits take its place.")
    return *digits_on_canvas(200), "the digits"


def lab_seeds(student_id, count=3):
    """The seeds of your own lab, drawn from your student id."""
    return personal(student_id, "augmentation_lab").sample(range(1000), count)


# ----------------------------------------------------------------- the network


def device():
    """A GPU where there is one, else the CPU."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def small_cnn(image_shape, classes=10, width=16):
    """A small network for images of shape (C, H, W); it returns logits (N, classes).

    Blocks of a 3×3 convolution, ReLU and 2×2 max pooling follow each other while at least
    3 pixels are left; each block has twice the channels of the one before. Two blocks for
    14×14 pixels, three for 32×32.
    """
    import torch
    from torch import nn

    channels, height, width_px = image_shape
    layers = []
    while min(height, width_px) >= 6:
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels, width, height, width_px = width, 2 * width, height // 2, width_px // 2
    model = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * height * width_px, classes))
    # The same numbers in another order in memory, in which a CPU pools three times as fast.
    _latest[:] = [model.to(memory_format=torch.channels_last)]
    return _latest[0]


def evaluate(model, images, labels):
    """``(loss, accuracy)``: the mean cross-entropy and the share of images named rightly.

    The model is in evaluation mode meanwhile and gets its own mode back.
    """
    import torch
    from torch.nn.functional import cross_entropy

    mode = model.training
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(part) for part in images.split(100)])
    model.train(mode)
    right = (logits.argmax(dim=1) == labels).float().mean().item()
    return cross_entropy(logits, labels).item(), right


# ----------------------------------------------------------------- the lab


def progress(epochs, label=""):
    """``range(epochs)`` with a progress bar that vanishes when it is through."""
    from tqdm import tqdm

    watched = "NBGRADER_EXECUTION" not in os.environ  # nobody looks on while it is graded

    return tqdm(
        range(epochs),
        desc=label,
        unit="epoch",
        leave=False,
        disable=not watched,
        file=sys.stdout,
        ncols=80,
        mininterval=1,
    )


def lab(run, seeds, cpu_s=60, **options):
    """Both arms for every seed, within ``cpu_s`` CPU seconds.

    Calls ``run(False, seed, **options)`` and ``run(True, seed, **options)`` and returns
    ``{"plain": [history, ...], "augmented": [history, ...]}``, seed by seed. When the budget
    is used up it says so and returns the pairs that are complete. The networks stay in ``LABS``:
    whoever doubts the results can ask them.
    """
    results, networks = ({arm: [] for arm in ARMS} for _ in range(2))
    LABS.append({"seeds": list(seeds), **networks})
    budget = Budget(cpu_s)
    try:
        with budget:
            for seed in seeds:
                pair = [_watched(run, augment, seed, **options) for augment in (False, True)]
                for arm, (history, network) in zip(ARMS, pair, strict=True):
                    results[arm].append(history)
                    networks[arm].append(network)
                plain, augmented = (final_accuracy(history) for history, _ in pair)
                print(
                    f"seed {seed}: validation accuracy {plain:.3f} plain, {augmented:.3f} "
                    f"augmented ({budget.used():.0f} of {cpu_s} CPU seconds used)"
                )
                budget.check()
    except BudgetError:
        print(
            f"The training budget of {cpu_s} CPU seconds is used up: "
            f"{len(results['augmented'])} of {len(seeds)} seeds are complete."
        )
    return results


def _watched(run, augment, seed, **options):
    """The history of a run and the network that it has trained, None where there is none."""
    _latest.clear()
    history = run(augment, seed, **options)
    return history, next(iter(_latest), None)


class BudgetError(Exception):
    """The CPU seconds of the lab are used up."""


class Budget:
    """Stops what runs inside it once it has used so many CPU seconds."""

    def __init__(self, cpu_s):
        self.cpu_s = cpu_s
        self.start = time.process_time()
        main = threading.current_thread() is threading.main_thread()
        self.timer = main and hasattr(signal, "setitimer")  # Windows: checked after each seed

    def used(self):
        return time.process_time() - self.start

    def check(self):
        if self.used() > self.cpu_s:
            self._spent()

    def __enter__(self):
        self.start = time.process_time()
        if self.timer:
            self.before = signal.signal(signal.SIGPROF, self._spent)
            signal.setitimer(signal.ITIMER_PROF, self.cpu_s, 1)  # again, if run catches it
        return self

    def __exit__(self, *_):
        if self.timer:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, self.before)

    def _spent(self, *_):
        raise BudgetError(f"the budget of {self.cpu_s:g} CPU seconds is used up")


def final_accuracy(history, last=5):
    """The mean validation accuracy of the last epochs: single epochs swing."""
    return float(np.mean(history["val_acc"][-last:]))


def paired_gains(results, last=5):
    """For each seed: final accuracy with augmentation minus final accuracy without."""
    return [
        final_accuracy(augmented, last) - final_accuracy(plain, last)
        for plain, augmented in zip(results["plain"], results["augmented"], strict=True)
    ]


# ----------------------------------------------------------------- the figures


def show_images(images, titles, heading=""):
    """A row of images (N, C, H, W) with a title over each."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(images), figsize=(1.25 * len(images), 1.75), squeeze=False)
    for ax, image, title in zip(axes[0], images, titles, strict=True):
        _picture(ax, image)
        ax.set_title(str(title), fontsize=9)
    figure.suptitle(heading, fontsize=10)
    figure.tight_layout()
    plt.show()


def show_windows():
    """The worked example: a 2×2 image with a border of one zero, and its nine windows."""
    import matplotlib.pyplot as plt

    padded = np.pad([[1, 2], [3, 4]], 1)
    figure, axes = plt.subplots(1, 10, figsize=(11, 1.7), width_ratios=[2] + [1] * 9)
    _numbers(axes[0], padded)
    axes[0].set_title("padded", fontsize=9)
    for number, ax in enumerate(axes[1:]):
        dy, dx = divmod(number, 3)
        _numbers(ax, padded[dy : dy + 2, dx : dx + 2])
        ax.set_title(f"({dy}, {dx})", fontsize=9)
    figure.tight_layout()
    plt.show()


def show_turned_six():
    """One handwritten 6 and one 9, and what rot180, hflip and vflip make of the 6."""
    images, labels = digits()
    six, nine = images[labels == 6][13], images[labels == 9][0]
    turned = [six, six.flip(1, 2), six.flip(2), six.flip(1), nine]
    show_images(turned, ["a 6", "rot180 of it", "hflip of it", "vflip of it", "a real 9"])


def show_label_rules():
    """A small drawing for each task of the label table, and its mirror image."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(2, 6, figsize=(9, 3.3))
    for column, (task, draw) in enumerate(_DRAWINGS.items()):
        picture = draw()
        for ax, image in zip(axes[:, column], (picture, picture[:, ::-1]), strict=True):
            ax.imshow(image, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
        axes[0, column].set_title(task, fontsize=10)
    for ax, text in zip(axes[:, 0], ("as it is", "hflip"), strict=True):
        ax.set_ylabel(text)
    figure.tight_layout()
    plt.show()


def _numbers(ax, grid):
    ax.imshow(grid, cmap="Greys", vmin=0, vmax=9)
    for (row, column), number in np.ndenumerate(grid):
        ax.text(column, row, number, ha="center", va="center", fontsize=9)
    ax.set(xticks=[], yticks=[])


def _picture(ax, image):
    pixels = np.asarray(image)
    if len(pixels) == 1:
        ax.imshow(pixels[0], cmap="gray", vmin=0, vmax=1)
    else:
        ax.imshow(pixels.transpose(1, 2, 0).clip(0, 1))
    ax.set(xticks=[], yticks=[])


def _draw_digit():
    images, labels = digits()
    return _grey(np.asarray(images[labels == 2][13][0]))


def _draw_photo():
    """A ship on the sea."""
    picture = np.empty((16, 16, 3))
    picture[:9], picture[9:] = (0.75, 0.87, 0.97), (0.15, 0.35, 0.6)
    for row, (left, right) in {7: (2, 15), 8: (3, 14), 9: (4, 13)}.items():
        picture[row, left:right] = (0.6, 0.2, 0.15)
    picture[4:7, 9:12] = (0.95, 0.95, 0.95)
    picture[2:4, 10] = (0.2, 0.2, 0.2)
    return picture


def _draw_arrow():
    picture = np.zeros((16, 16))
    picture[7:9, 2:14] = 1
    for step in range(5):
        picture[7 - step : 9 + step, 13 - step] = 1
    return _grey(picture)


def _draw_word():
    letters = {"E": "111100110100111", "X": "101101010101101"}
    letters |= {"I": "111010010010111", "T": "111010010010010"}
    picture = np.zeros((9, 19))
    for place, letter in enumerate("EXIT"):
        bits = np.array([int(bit) for bit in letters[letter]]).reshape(5, 3)
        picture[2:7, 2 + 4 * place : 5 + 4 * place] = bits
    return _grey(picture)


def _draw_satellite():
    """Fields on both sides of a river."""
    picture = np.empty((16, 16, 3))
    picture[:, :7], picture[:, 7:] = (0.45, 0.6, 0.25), (0.8, 0.72, 0.4)
    picture[9:, 9:] = (0.35, 0.5, 0.2)
    for row in range(16):
        bend = 6 + round(1.5 * np.sin(row / 3))
        picture[row, bend : bend + 2] = (0.2, 0.4, 0.65)
    return picture


def _draw_xray():
    """Two lungs, the heart, and a spot in the left half."""
    rows, columns = np.mgrid[:24, :24]
    picture = np.full((24, 24), 0.75)
    for centre in (7, 16):
        picture[((rows - 12) / 9) ** 2 + ((columns - centre) / 4) ** 2 < 1] = 0.2
    picture[((rows - 16) / 4) ** 2 + ((columns - 13) / 3) ** 2 < 1] = 0.85
    picture[((rows - 9) ** 2 + (columns - 6) ** 2) < 3] = 0.95
    return _grey(picture)


def _grey(picture):
    return np.repeat(picture[:, :, None], 3, axis=2)


_DRAWINGS = {
    "digit": _draw_digit,
    "photo": _draw_photo,
    "arrow": _draw_arrow,
    "word": _draw_word,
    "satellite": _draw_satellite,
    "xray": _draw_xray,
}
