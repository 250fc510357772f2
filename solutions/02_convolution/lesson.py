"""Figures and personal numbers of the unit on convolution."""

import io

import numpy as np
from classroom import personal

BLUE, ORANGE, GREY = "#2f6db5", "#e08214", "#d9d9d9"


def shape_instances(student_id):
    """Eight layers with numbers of one student's own.

    Returns a dict from "A" to "H"; each layer is a dict of pairs (height, width):
    ``size``, ``kernel``, ``stride``, ``pad`` and ``dilation``.
    """
    rng = personal(student_id, "shape_predictions")

    def layer(size, kernel, stride=(1, 1), pad=(0, 0), dilation=(1, 1)):
        return {"size": size, "kernel": kernel, "stride": stride, "pad": pad, "dilation": dilation}

    def size(low, high):
        return rng.randint(low, high), rng.randint(high + 8, 2 * high)

    even = 2 * rng.randint(8, 14)
    return {
        "A": layer(size(12, 20), (3, 5)),
        "B": layer(size(12, 20), (3, 3), pad=(0, rng.randint(1, 3))),
        "C": layer(
            (rng.randint(20, 28), rng.randint(45, 60)), (rng.randint(3, 5),) * 2, stride=(3, 4)
        ),
        "D": layer(size(8, 18), (2, 2), pad=(1, 1)),
        "E": layer((even, even + rng.randint(9, 19)), (7, 7), stride=(2, 2)),
        "F": layer(size(20, 26), (3, 3), dilation=(rng.randint(2, 4),) * 2),
        "G": layer(size(16, 24), (5, 5), stride=(2, 2), pad=(2, 2)),
        "H": layer(size(16, 24), (3, 3), (2, 2), (rng.randint(2, 3),) * 2, (2, 2)),
    }


def show_layers(layers):
    """Print the layers as a table."""

    def text(pair):
        return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"

    print(f"{'':3}{'input':>8}{'kernel':>8}{'stride':>8}{'padding':>9}{'dilation':>10}")
    for name, layer in layers.items():
        print(
            f"{name:3}{layer['size'][0]}x{layer['size'][1]:<3}".rjust(11)
            + f"{text(layer['kernel']):>8}{text(layer['stride']):>8}"
            + f"{text(layer['pad']):>9}{text(layer['dilation']):>10}"
        )


def pairs_are_filled_in(predict, layers):
    """Whether there is a pair of whole numbers for each layer; an untouched one raises."""
    values = [predict.get(name) for name in layers]
    if all(value is None for value in values):
        raise NotImplementedError
    return all(
        value is not None and len(value) == 2 and all(int(n) == n for n in value)
        for value in values
    )


def labels_are_filled_in(answers, count, labels):
    """Whether there are ``count`` answers, each one of the labels; an untouched one raises."""
    if all(answer is None for answer in answers.values()):
        raise NotImplementedError
    written = [str(answer).strip().lower() for answer in answers.values()]
    return len(written) == count and set(written) <= set(labels)


class Sheet:
    """A figure without axes: a unit is a pixel of the panels, and rows count downwards.

    Axes with ticks that nobody sees take several times longer.
    """

    def __init__(self, width, height, inches):
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.figure = Figure((inches * width, inches * height))
        upwards = Affine2D().scale(1 / width, -1 / height).translate(0, 1)
        self.place = upwards + self.figure.transFigure

    def write(self, x, y, text, size=10, **style):
        """Write centred text."""
        style = {"ha": "center", "va": "center", **style}
        self.figure.text(x, y, text, fontsize=size, transform=self.place, **style)

    def image(self, left, top, pixels, title, cmap, low, high):
        """Draw an image with its top left corner there and a title above it."""
        from matplotlib.colors import Normalize
        from matplotlib.image import BboxImage
        from matplotlib.transforms import Bbox, IdentityTransform, TransformedBbox

        height, width = pixels.shape
        self.write(left + width / 2, top - height / 25, title, va="bottom")
        box = TransformedBbox(Bbox.from_bounds(left, top, width, height), self.place)
        image = BboxImage(box, cmap=cmap, norm=Normalize(low, high), interpolation="nearest")
        image.set_data(pixels)
        image.set_transform(IdentityTransform())  # the box says where it lies
        self.figure.add_artist(image)

    def shapes(self, shapes, **style):
        """Draw lines and polygons, each an array of points (x, y)."""
        from matplotlib.collections import PolyCollection

        polygons = PolyCollection(shapes, transform=self.place, **style)
        self.figure.add_artist(polygons)

    def show(self):
        """Show the figure below the cell."""
        from IPython.display import Image, display

        picture = io.BytesIO()
        # plt.show() would draw twice to find the borders, and press harder than is of use.
        self.figure.savefig(picture, pil_kwargs={"compress_level": 1})
        display(Image(picture.getvalue()))


def draw_places(cases):
    """Draw the places of a kernel on a row of pixels, one panel for each case.

    A case is a dict: ``n`` pixels, ``p`` zeros at each end, the ``taps`` (distances of the
    kernel's weights from its first weight) and the ``starts``, the pixels under that first weight.
    """
    panel, deepest = 9, max(len(case["starts"]) for case in cases)
    rows = -(-len(cases) // 2)  # two panels in a row: the text stays readable in a narrow window
    sheet = Sheet(panel * 2, (deepest + 2) * rows, inches=0.38)
    boxes, colours = [], []
    for number, case in enumerate(cases):
        n, p = case["n"], case.get("p", 0)
        middle, top = panel * (number % 2 + 0.5), (deepest + 2) * (number // 2) + 2
        title = f"{case['title']}:\n{len(case['starts'])} places"
        sheet.write(middle, top - 0.3, title, va="bottom")
        for row, start in enumerate(case["starts"], top):
            touched = {start + tap for tap in case["taps"]}
            for pixel in range(-p, n + p):
                left, inside = middle - n / 2 + pixel, 0 <= pixel < n
                right, bottom = left + 0.9, row + 0.8
                boxes.append([(left, row), (right, row), (right, bottom), (left, bottom)])
                colours.append(BLUE if pixel in touched else GREY if inside else "white")
                if not inside:
                    ink = "white" if pixel in touched else "black"
                    sheet.write(left + 0.45, row + 0.42, "0", color=ink)
    sheet.shapes(boxes, facecolors=colours, edgecolors="grey")
    sheet.show()


def _correlate(image, kernel, mode="valid"):
    from scipy.signal import correlate2d

    return correlate2d(image, kernel, mode)


def _house():
    """A drawing of a house under the sun, grey values from 0 to 1, shape (40, 48)."""
    image = np.full((40, 48), 0.7)
    row, column = np.mgrid[:40, :48]
    image[(row - 8) ** 2 + (column - 38) ** 2 <= 20] = 1.0
    image[31:] = 0.4
    image[18:34, 8:30] = 0.55
    image[(row >= 8) & (row < 18) & (abs(column - 18.5) <= (row - 7) * 1.25)] = 0.15
    image[24:34, 12:18] = 0.1
    image[21:27, 22:27] = 0.95
    return image


def draw_edges():
    """Draw a house and what two edge kernels answer to it."""
    image = _house()
    kernel = np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]])
    maps = {"kernel A": _correlate(image, kernel), "kernel B": _correlate(image, kernel.T)}
    sheet = Sheet(146, 48, inches=0.055)
    sheet.image(0, 5, image, "the image, 40x48", "gray", 0, 1)
    for left, (name, feature_map) in zip((51, 100), maps.items(), strict=True):
        height, width = feature_map.shape
        title = f"feature map of {name}, {height}x{width}"
        sheet.image(left, 5, feature_map, title, "RdBu", -2.5, 2.5)
    sheet.write(98, 45.5, "blue: above 0, white: 0, red: below 0")
    sheet.show()


def draw_uses():
    """Draw under how many places of a kernel each pixel lies, for stride 1 and stride 2."""
    sheet = Sheet(13, 7, inches=0.5)
    for left, size, stride in ((0, 5, 1), (7, 6, 2)):
        uses = np.zeros((size, size), int)
        for top in range(0, size - 2, stride):
            for first in range(0, size - 2, stride):
                uses[top : top + 3, first : first + 3] += 1
        title = f"{size}x{size} image, 3x3 kernel, stride {stride}"
        sheet.image(left, 1, uses, title, "Blues", 0, 12)
        for (row, column), count in np.ndenumerate(uses):
            sheet.write(left + column + 0.5, row + 1.5, count)
    sheet.show()


def draw_moved():
    """Draw a shape, the shape moved by three pixels, and their feature maps."""
    image = np.zeros((14, 14))
    image[4:8, 3:5] = 1
    image[7, 3:7] = 1
    kernel = np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
    sheet = Sheet(30, 31, inches=0.2)
    for left, shift, title in ((0, 0, "the image"), (16, 3, "moved 3 pixels to the right")):
        moved = np.roll(image, shift, axis=1)
        feature_map = _correlate(moved, kernel)
        sheet.image(left, 2, moved, title, "gray", 0, 1)
        title = f"feature map, maximum {feature_map.max():g}"
        sheet.image(left + 1, 19, feature_map, title, "RdBu", -4, 4)
    sheet.show()


# ----------------------------------------------------------------- the rook


def board(height, width, rook=None):
    """A chess board as an image (1, 1, height, width): squares are 1, the rook's square is 2."""
    squares = np.ones((1, 1, height, width))
    if rook is not None:
        squares[0, 0, rook[0], rook[1]] = 2
    return squares


def rook_answer(weights, squares):
    """The largest number after convolution (padding 1) and ReLU. ``weights`` is a pair (w, b)."""
    w, b = weights
    response = _correlate(squares[0, 0], np.reshape(w, (3, 3)), "same") + float(np.squeeze(b))
    return float(np.maximum(response, 0).max())


def draw_boards():
    """Draw three boards: a rook in the middle, on the left edge, in the row at the top."""
    sheet = Sheet(28, 10, inches=0.27)
    wanted = ["answer 0", "answer above 0", "answer 0"]
    for left, rook, text in zip((0, 10, 20), [(3, 4), (3, 0), (0, 3)], wanted, strict=True):
        framed = np.pad(board(6, 6, rook)[0, 0], 1)
        sheet.image(left, 1, framed, text, "Blues", 0, 3)
        square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        corner = np.array([left + 1, 2])
        squares = [corner + place + square for place in np.ndindex(6, 6)]
        sheet.shapes(squares, facecolors="none", edgecolors="white", linewidths=1)
        sheet.shapes([corner + 6 * square], facecolors="none", edgecolors=ORANGE, linewidths=2)
        sheet.write(left + rook[1] + 1.5, rook[0] + 2.5, "2")
    sheet.write(14, 9.7, "the rook's square is 2, the others are 1, the padding around them is 0")
    sheet.show()
