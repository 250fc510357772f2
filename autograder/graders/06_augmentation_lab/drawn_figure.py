"""What plot_curves draws, read from matplotlib's figures in the student's kernel."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder import as_array, check_true, probe


def points(line: Any) -> Any:
    import numpy as np

    return np.asarray(line.get_ydata(), dtype=float).ravel()


def looks_alike(a: Any, b: Any) -> bool:
    from matplotlib.colors import to_rgba

    looks = [(to_rgba(line.get_color()), line.get_linestyle()) for line in (a, b)]
    return looks[0] == looks[1]


def in_legends(ax: Any) -> list[tuple[Any, str]]:
    """The sample lines and texts of all legends, as in legend(["plain", ...])."""
    return [
        (sample, text.get_text())
        for legend in filter(None, (ax.get_legend(), *ax.figure.legends))
        for sample, text in zip(legend.legend_handles, legend.texts, strict=True)
        if hasattr(sample, "get_ydata")
    ]


def named_lines(ax: Any) -> Iterator[tuple[str, Any]]:
    """The lines with a name, be it their own or the legend's, as pairs (name, y)."""
    for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
        line = handle[0] if isinstance(handle, tuple) else handle
        if hasattr(line, "get_ydata"):
            yield str(label), points(line)
    entries = in_legends(ax)
    for line in ax.lines:
        if line.get_label().startswith("_"):
            yield from ((label, points(line)) for one, label in entries if looks_alike(one, line))


def described(ax: Any) -> dict[str, Any]:
    return {
        "named": list(named_lines(ax)),
        "lines": len(ax.lines),
        "areas": len(ax.collections) + len(ax.patches),
        "legend": bool(ax.get_legend() or ax.figure.legends),
        "x": ax.get_xlabel() or ax.figure.get_supxlabel(),
        "y": ax.get_ylabel() or ax.figure.get_supylabel(),
    }


@probe(with_=[points, looks_alike, in_legends, named_lines, described])
def drawn_curves(student: Any, results: Any) -> list[dict[str, Any]]:
    """What plot_curves leaves on its figure: a description of each of its axes."""
    import matplotlib.pyplot as plt

    plt.close("all")
    shown, closed = plt.show, plt.close
    plt.show = plt.close = lambda *args, **kwargs: None  # type: ignore[assignment]  # a figure that was shown may be closed
    try:
        student.plot_curves(results)
        return [described(ax) for number in plt.get_fignums() for ax in plt.figure(number).axes]
    finally:
        plt.show, plt.close = shown, closed
        plt.close("all")


def label_of(arm: str, accuracy: np.ndarray, curves: list[tuple[str, Any]]) -> str:
    """The label of the last curve that is the mean over the seeds; accuracy (seeds, epochs)."""
    mean = accuracy.mean(axis=0)
    labels = [label for label, y in curves if _is_curve(np.asarray(as_array(y)), mean)]
    check_true(
        labels,
        f"No line with a label shows the mean over the seeds of the arm {arm!r}. The labels "
        f"are {[label for label, _ in curves]}.",
    )
    return labels[-1]


def _is_curve(y: np.ndarray, mean: np.ndarray) -> bool:
    """Whether a line shows this, as a share or in percent."""
    return y.shape == mean.shape and (np.allclose(y, mean) or np.allclose(y, 100 * mean))
