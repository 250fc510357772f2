"""What the unit on receptive fields brings along: layers, personal numbers, figures, a lab."""

import copy

from classroom import personal

SOFT, STRONG, ACCENT, INK = "#dbe6f2", "#2f6aa8", "#e07a2f", "#333333"


# ----------------------------------------------------------------- layers


def read_layer(layer):
    """The four numbers ``(k, s, p, d)`` of a layer, with the defaults s=1, p=0, d=1 filled in.

    A layer is a tuple in this order, ``(3,)`` or ``(3, 2)``, or a dict with these keys,
    ``{"k": 3, "d": 2}``. A dict may also say its ``"kind"``; that is not looked at here.
    """
    if isinstance(layer, dict):
        return layer["k"], layer.get("s", 1), layer.get("p", 0), layer.get("d", 1)
    return (*layer, *(1, 0, 1)[len(layer) - 1 :])


def kind_of(layer):
    """What a layer is: ``"conv"`` (also every tuple), ``"pool"``, ``"relu"`` ..."""
    return layer.get("kind", "conv") if isinstance(layer, dict) else "conv"


def count_params(layers, channels):
    """The weights and biases of a net whose convolutions all map ``channels`` to ``channels``.

    A convolution has k·k·C·C weights and C biases; every other layer has no parameters.
    """
    kernels = [read_layer(layer)[0] for layer in layers if kind_of(layer) == "conv"]
    return sum(k * k * channels * channels + channels for k in kernels)


def print_net(layers):
    """Print a net, one layer a line, in words."""
    for number, layer in enumerate(layers, 1):
        k, s, p, d = read_layer(layer)
        if kind_of(layer) == "relu":
            print(f"  {number}. ReLU")
            continue
        extras = [f"stride {s}"] * (s != 1) + [f"padding {p}"] * (p != 0)
        extras += [f"dilation {d}"] * (d != 1)
        name = {"conv": "convolution", "pool": "pooling"}[kind_of(layer)]
        print(f"  {number}. {k}×{k} {name}" + "".join(f", {extra}" for extra in extras))


def as_triple(result):
    """``(rf, jump, start)`` from a tuple, a list, an array, or a dict with these three keys.

    Raises ValueError where ``result`` does not hold exactly three numbers.
    """
    if isinstance(result, dict) and {"rf", "jump", "start"} <= result.keys():
        result = [result[key] for key in ("rf", "jump", "start")]
    try:
        rf, jump, start = (float(value) for value in result)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("the result should hold three numbers: rf, jump, start") from None
    return rf, jump, start


def answered(answer):
    """A copy of the answer. Raises NotImplementedError while it is empty or an item is None."""
    items = list(answer.values() if isinstance(answer, dict) else answer or [])
    if not items or any(item is None for item in items):
        raise NotImplementedError("there is no answer yet")
    return copy.deepcopy(answer)


# ----------------------------------------------------------------- your own numbers


def predict_nets(student_id):
    """Your four nets for rf_predictions: ``{"net_A": [layer, ...], ..., "net_D": [...]}``."""
    draw = personal(student_id, "rf_predictions")
    sizes = iter([draw.choice([3, 5, 7]) for _ in range(12)])
    relu = {"kind": "relu", "k": 1}
    pool = {"kind": "pool", "k": 2, "s": 2}

    def conv(s=1, d=1):
        k = next(sizes)
        return {"kind": "conv", "k": k, "s": s, "p": d * (k // 2), "d": d}

    return {
        "net_A": [conv(), relu, {"kind": "conv", "k": 1}, relu, conv(), relu, conv()],
        "net_B": [conv(s=draw.choice([2, 3])), conv(s=2), conv()],
        "net_C": [conv(), pool, conv(), pool, conv()],
        "net_D": [conv(), conv(d=draw.choice([2, 3])), conv(d=draw.choice([4, 5, 6]))],
    }


def design_target(student_id):
    """Your limits for design_net: min_rf, max_jump, max_params and the number of channels."""
    draw = personal(student_id, "design_net")
    channels = draw.randrange(8, 65, 2)
    layer = count_params([(3,)], channels)
    return {
        "min_rf": draw.randrange(23, 41, 2),
        "max_jump": draw.choice([2, 4]),
        "max_params": 5 * layer + draw.randrange(layer // 2),
        "channels": channels,
    }


def dot_distances(student_id):
    """Your two distances between the dots of the question too_small, in pixels: (near, far)."""
    draw = personal(student_id, "too_small")
    near = draw.randrange(10, 200, 2)
    return near, near + draw.randrange(2, 9, 2)


SYMPTOMS = {  # what one might observe while a network is trained or tested
    "stuck": "Training accuracy stays at chance as well, not only validation accuracy.",
    "gap": "Training accuracy is near 100 % while validation accuracy stays low.",
    "nan": "The loss grows from step to step and ends as NaN.",
    "large": "Small objects are recognised; large ones are missed, or taken for a part of them.",
    "small": "Large objects are recognised; objects of a few pixels are missed.",
    "width": "Twice as many channels in every layer change nothing.",
    "dilation": "The same number of weights, spread out by dilation, solves the task.",
    "data": "With ten times more training images, the very same net solves the task.",
}


def symptom_order(student_id):
    """Which observation stands behind each letter A to H for you: {letter: key of SYMPTOMS}."""
    keys = sorted(SYMPTOMS)
    personal(student_id, "too_small/symptoms").shuffle(keys)
    return dict(zip("ABCDEFGH", keys, strict=True))


def print_symptoms(student_id):
    """Print the eight observations in your own order."""
    for letter, key in symptom_order(student_id).items():
        print(f"{letter}  {SYMPTOMS[key]}")


# ----------------------------------------------------------------- figures


def _axes(width, height, columns=1, rows=1, **options):
    import matplotlib.pyplot as plt

    return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)


def _show():
    import matplotlib.pyplot as plt

    plt.show()


def _side_view(ax, rows, **options):
    """Name the rows of a side view, from below, and leave out what a side view does not need."""
    ax.set_yticks(range(len(rows)), rows)
    ax.set(**options)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _row(ax, positions, y, colour, size=90):
    ax.scatter(positions, [y] * len(positions), s=size, color=colour, edgecolor=INK, zorder=3)


def _links(ax, centre, taps, y, colour):
    for tap in taps:
        ax.plot([centre, tap], [y + 1, y], color=colour, linewidth=1.2, zorder=1)


def _draw_pyramid(ax, depth):
    """One unit after ``depth`` 3-wide layers, and below it everything that feeds it."""
    for level in range(depth + 1):  # level 0 is the input
        seen = range(-(depth - level), depth - level + 1)
        _row(ax, [x for x in range(-4, 5) if x not in seen], level, "white")
        _row(ax, seen, level, ACCENT if level == depth else STRONG)
        if level < depth:
            for centre in range(-(depth - level) + 1, depth - level):
                _links(ax, centre, (centre - 1, centre, centre + 1), level, STRONG)
    names = ["input", *(f"layer {n}" for n in range(1, depth + 1))]
    _side_view(ax, names, xlim=(-4.6, 4.6), ylim=(-0.5, 3.5), xticks=[])


def draw_two_layers():
    """A side view of two stacked 3-wide layers: which inputs feed one output unit."""
    _, ax = _axes(6, 2.6)
    _draw_pyramid(ax, 2)
    ax.set(ylim=(-0.9, 2.4))
    ax.annotate("", (-2.3, -0.55), (2.3, -0.55), arrowprops={"arrowstyle": "<->", "color": INK})
    ax.text(0, -0.9, "5 pixels", ha="center", va="center")
    _show()


def draw_figure_2():
    """Figure 2: the receptive field of one, two and three 3×3 layers, from the side and above."""
    fig, axes = _axes(10, 6, columns=3, rows=2, height_ratios=(1, 1.25))
    for depth, (side, above) in enumerate(axes.T, 1):
        _draw_pyramid(side, depth)
        side.set_title(f"{depth} layer{'s' * (depth > 1)} of 3×3")
        _draw_field_from_above(above, depth)
    fig.suptitle("Figure 2. The receptive field grows with depth")
    _show()


def _draw_field_from_above(ax, depth):
    from matplotlib.patches import Rectangle

    for offset in range(10):
        ax.plot([offset - 4.5] * 2, [-4.5, 4.5], color="#cccccc", linewidth=0.8)
        ax.plot([-4.5, 4.5], [offset - 4.5] * 2, color="#cccccc", linewidth=0.8)
    colours = ("#a9c6e4", "#6f9fd0", STRONG)[-depth:]
    for reach, colour in zip(range(depth, 0, -1), colours, strict=True):
        side = 2 * reach + 1
        ax.add_patch(Rectangle((-side / 2,) * 2, side, side, color=colour, alpha=0.9))
        ax.text(
            *(0, side / 2 - 0.5, f"{side}×{side}"),
            ha="center",
            va="center",
            color="white" if colour == STRONG else INK,
            bbox={"facecolor": colour, "edgecolor": "none", "pad": 1},
        )
    ax.add_patch(Rectangle((-0.5, -0.5), 1, 1, color=ACCENT))
    ax.set(xlim=(-4.6, 4.6), ylim=(-4.6, 4.6), aspect="equal", xlabel="pixels of the input")
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def draw_jump():
    """Side views of a layer with stride 1 and one with stride 2: how far apart their units look."""
    _, axes = _axes(10, 2.4, columns=2)
    for ax, stride in zip(axes, (1, 2), strict=True):
        centres = range(1, 10, stride)
        _row(ax, range(11), 0, SOFT)
        _row(ax, centres, 1, STRONG)
        for centre in centres:
            _links(ax, centre, (centre - 1, centre, centre + 1), 0, STRONG)
        ax.annotate("", (1, 1.35), (1 + stride, 1.35), arrowprops={"arrowstyle": "<->"})
        ax.text(1 + stride / 2, 1.5, f"jump {stride}", ha="center", va="bottom")
        ax.set_title(f"3-wide layer, stride {stride}")
        _side_view(ax, ["pixels", "units"], xlim=(-0.6, 10.6), ylim=(-0.4, 2), xticks=range(11))
    _show()


def draw_dilation():
    """Side views of a 3-wide kernel with dilation 1, 2 and 3: where its three taps lie."""
    _, axes = _axes(10, 2.1, columns=3)
    for dilation, ax in enumerate(axes, 1):
        taps = (4 - dilation, 4, 4 + dilation)
        _row(ax, [x for x in range(9) if x not in taps], 0, "white")
        _row(ax, taps, 0, STRONG)
        _row(ax, [4], 1, ACCENT)
        _links(ax, 4, taps, 0, STRONG)
        ax.set_title(f"dilation {dilation}")
        _side_view(ax, ["pixels", "unit"], xlim=(-0.6, 8.6), ylim=(-0.4, 1.4), xticks=range(9))
    _show()


def draw_holes():
    """Side views of two dilated stacks: one whose field has holes, one whose field has none."""
    _, axes = _axes(10, 2.8, columns=2)
    for ax, dilation in zip(axes, (4, 2), strict=True):
        middle = (-dilation, 0, dilation)
        seen = {centre + tap for centre in middle for tap in (-1, 0, 1)}
        _row(ax, [x for x in range(-6, 7) if x not in seen], 0, "white")
        _row(ax, sorted(seen), 0, STRONG)
        _row(ax, [x for x in range(-6, 7) if x not in middle], 1, "white")
        _row(ax, middle, 1, STRONG)
        _row(ax, [0], 2, ACCENT)
        _links(ax, 0, middle, 1, STRONG)
        for centre in middle:
            _links(ax, centre, (centre - 1, centre, centre + 1), 0, STRONG)
        ax.set_title(f"dilation 1, then {dilation}")
        _side_view(ax, ["input", "layer 1", "layer 2"], xticks=[], ylim=(-0.4, 2.4))
    _show()


BACKBONE = (  # name, channels, side of the map for a 224×224 input
    ("input", 3, 224),
    ("block 1\nconv 3×3 + ReLU", 32, 224),
    ("block 2\nconv 3×3 + ReLU\n+ pool 2×2", 64, 112),
    ("block 3\nconv 3×3 + ReLU\n+ pool 2×2", 128, 56),
    ("block 4\nconv 3×3 + ReLU", 256, 56),
    ("head", None, None),
)


def draw_backbone():
    """Figure 1: a classic backbone. Maps shrink in height and width while channels grow."""
    from matplotlib.patches import FancyArrowPatch, Rectangle

    fig, ax = _axes(10.5, 3.6)
    x = 0.0
    for name, channels, side in BACKBONE:
        height = 3.2 * (side / 224) ** 0.6 if side else 0.7
        width = 0.12 + 0.0042 * channels if channels else 0.35
        ax.add_patch(Rectangle((x, -height / 2), width, height, facecolor=SOFT, edgecolor=STRONG))
        size = (
            f"{channels} channels\n{side}×{side}" if channels else "one number per\nclass (logits)"
        )
        ax.text(x + width / 2, height / 2 + 0.12, size, ha="center", va="bottom", fontsize=9)
        ax.text(x + width / 2, -1.85, name, ha="center", va="top", fontsize=9)
        if channels:
            ends = (x + width + 0.08, 0), (x + width + 0.82, 0)
            ax.add_patch(FancyArrowPatch(*ends, arrowstyle="->", mutation_scale=12, color=INK))
        x += width + 0.9
    ax.set(xlim=(-0.5, x - 0.2), ylim=(-2.8, 2.5), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    fig.suptitle("Figure 1. A classic CNN backbone: shrink spatially, grow channels")
    _show()


# ----------------------------------------------------------------- possible and strong


def influence_map(depth=8, channels=8, nets=100):
    """How strongly each input pixel moves the centre output of a stack of 3×3 layers with ReLU.

    Returns an array (side, side) with side = 2·depth + 5: the size of the gradient of the
    centre output, averaged over ``nets`` freshly initialised nets, its largest value set to 1.
    """
    import torch

    torch.manual_seed(0)
    side = 2 * depth + 5
    total = torch.zeros(side, side)
    for _ in range(nets):
        layers = []
        for layer in range(depth):
            conv = torch.nn.Conv2d(channels if layer else 1, channels, 3, padding=1)
            torch.nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            layers += [conv, torch.nn.ReLU()]
        x = torch.randn(1, 1, side, side, requires_grad=True)
        centre = torch.nn.Sequential(*layers[:-1])(x)[0, 0, side // 2, side // 2]
        total += torch.autograd.grad(centre, x)[0][0, 0].abs()
    return (total / total.max()).numpy()


def draw_influence(influence, field):
    """The field in theory (``field`` pixels wide), in effect, and a cut through the middle."""
    import numpy as np
    from matplotlib.patches import Rectangle

    side = len(influence)
    edge = (side - field) / 2 - 0.5
    inside = np.abs(np.arange(side) - side // 2) <= field // 2
    theory = np.outer(inside, inside).astype(float)
    fig, (left, middle, right) = _axes(10.5, 3.5, columns=3, width_ratios=(1, 1, 1.25))
    for ax, picture, title in (
        (left, theory, "theoretical field:\ncan this pixel matter?"),
        (middle, influence, "effective field:\nhow much does it matter?"),
    ):
        image = ax.imshow(picture, cmap="magma", vmin=0, vmax=1)
        ax.add_patch(Rectangle((edge, edge), field, field, fill=False, edgecolor="cyan"))
        ax.set(title=title, xticks=[], yticks=[])
    fig.colorbar(image, ax=[left, middle], label="influence", shrink=0.8)
    offsets = np.arange(side) - side // 2
    right.plot(offsets, theory[side // 2], drawstyle="steps-mid", color=ACCENT, label="theoretical")
    right.plot(offsets, influence[side // 2], marker=".", color=STRONG, label="effective")
    right.set(title="cut through the middle row", xlabel="pixels from the centre", ylim=(0, 1.3))
    right.legend(loc="upper right", ncols=2, fontsize=8)
    _show()


# ----------------------------------------------------------------- the two dots


def dot_images(n, seed, near=6, far=8, size=16):
    """Black images with two white dots in one row or column, ``near`` or ``far`` pixels apart.

    Returns x, a float32 tensor (n, 1, size, size), and y, an int64 tensor (n,): 0 for near,
    1 for far, as many of each. No dot is closer than 3 pixels to the border.
    """
    import torch

    draw = torch.Generator().manual_seed(seed)
    x, y = torch.zeros(n, 1, size, size), torch.arange(n) % 2
    for image, label in zip(x[:, 0], y.tolist(), strict=True):
        distance = far if label else near
        row = torch.randint(3, size - 3, (), generator=draw)
        column = torch.randint(3, size - 3 - distance, (), generator=draw)
        view = image.T if torch.rand((), generator=draw) < 0.5 else image
        view[row, column] = view[row, column + distance] = 1
    return x, y


def draw_dots():
    """Four of the images, with windows of 5×5 and 7×7 pixels around the left or upper dot."""
    from matplotlib.patches import Rectangle

    x, y = dot_images(4, seed=5)
    _, axes = _axes(10, 2.9, columns=4)
    for ax, image, label in zip(axes, x[:, 0], y.tolist(), strict=True):
        row, column = image.nonzero()[0].tolist()
        ax.imshow(image, cmap="gray")
        for side, colour in ((5, ACCENT), (7, "cyan")):
            corner = (column - 0.5, row - side / 2)
            if image[row].sum() < 2:  # the two dots stand one above the other
                corner = (column - side / 2, row - 0.5)
            ax.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=colour, linewidth=1.6))
        ax.set(title=("6 apart", "8 apart")[label], xticks=[], yticks=[])
    _show()


def train_on_dots(dilations, width, epochs=6, seed=3):
    """Train a small CNN to tell near from far dots; return its accuracy in the course of training.

    The network has one 3×3 layer of ``width`` channels with ReLU for each of the ``dilations``,
    then the maximum over the whole map, then one linear layer. It sees 400 images and is
    tested on 200 others. Returns ``{"train": [...], "val": [...]}``, one number an epoch.
    """
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    (x, y), (x_val, y_val) = dot_images(400, seed=1), dot_images(200, seed=2)
    layers, channels = [], 1
    for d in dilations:
        layers += [nn.Conv2d(channels, width, 3, padding=d, dilation=d), nn.ReLU()]
        channels = width
    net = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(width, 2))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    history = {"train": [], "val": []}
    for _ in range(epochs):
        for batch in torch.randperm(len(x)).split(20):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimiser.step()
        with torch.no_grad():
            history["train"].append((net(x).argmax(1) == y).float().mean().item())
            history["val"].append((net(x_val).argmax(1) == y_val).float().mean().item())
    return history


def draw_dot_runs(runs):
    """Training and validation accuracy of each run; ``runs`` maps a title to a history."""
    _, axes = _axes(10.5, 3, columns=len(runs), sharey=True, squeeze=False)
    for ax, (title, history) in zip(axes[0], runs.items(), strict=True):
        epochs = range(1, len(history["train"]) + 1)
        ax.plot(epochs, history["train"], color=ACCENT, linewidth=4, alpha=0.6, label="training")
        ax.plot(epochs, history["val"], color=STRONG, label="validation")
        ax.axhline(0.5, color=INK, linestyle=":", label="chance")
        ax.set(title=title, xlabel="epoch", ylim=(0.4, 1.05))
    axes[0, 0].set_ylabel("accuracy")
    axes[0, -1].legend(loc="lower right")
    _show()
