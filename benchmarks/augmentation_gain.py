"""Measures what augmentation gains in unit 6, with the reference solution of its notebook.

    make gain
    make gain CIFAR10_NPZ=subset.npz     # or CIFAR10_ROOT=folder, with cifar-10-batches-py in it

It compares both arms on the embedded digits over eight seeds. Where CIFAR-10 is named, it also
compares them on its photographs over five seeds, in the cheapest setting that proved reliable
(500 images, 40 epochs), and draws the curves. The ``.npz`` file holds ``x_train``, uint8
(N, 32, 32, 3), and ``y_train``, (N,).
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import typer

UNIT = Path(__file__).parents[1] / "source" / "06_augmentation_lab"
CELLS = (
    "setup",
    "random_crop_answer",
    "random_hflip_answer",
    "make_data_answer",
    "shift",
    "augmentation_lab_answer",
    "cifar10_answer",
)
CPU_S = 3600  # of training; the lab's own budget is for students
PHOTOS, PHOTOS_TO_TRAIN = 1370, 500  # the other 870 measure accuracy to about 1.7 points


def main(
    npz: Annotated[Path | None, typer.Option(envvar="CIFAR10_NPZ", help="A subset.")] = None,
    root: Annotated[Path | None, typer.Option(envvar="CIFAR10_ROOT", help="The folder.")] = None,
    figure: Annotated[Path, typer.Option(help="Where the curves go.")] = Path("curves.png"),
    seeds: Annotated[int, typer.Option(help="Seeds on the embedded digits.")] = 8,
    photo_seeds: Annotated[int, typer.Option(help="Seeds on CIFAR-10.")] = 5,
) -> None:
    """Print the paired gains of augmentation, seed by seed."""
    mpl.use("agg")
    names = solution()
    lab = names["lesson"].lab
    report("digits", names, lab(names["run"], range(seeds), cpu_s=CPU_S))
    if npz or root:
        photos = from_file(npz) if npz else names["load_cifar10"](root, PHOTOS)
        results = lab(photo_run(names, *photos), range(photo_seeds), cpu_s=CPU_S)
        report("CIFAR-10", names, results)
        draw(names, results, figure)


def solution() -> dict[str, Any]:
    """The names that the solution cells of the notebook define."""
    sys.path[:0] = [str(UNIT)]
    names: dict[str, Any] = {}
    for name in CELLS:
        exec(cell(name), names)
    names["canvas_images"], names["canvas_labels"] = names["lesson"].digits_on_canvas()
    return names


def cell(name: str) -> str:
    """The source of a cell of the instructor's notebook."""
    notebook = nbformat.read(UNIT / f"{UNIT.name}.ipynb", as_version=4)
    found = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name]
    return str(found[0].source)


def from_file(path: Path) -> tuple[Any, Any]:
    """Images (N, 3, 32, 32) from 0 to 1 and labels (N,) of a subset of CIFAR-10."""
    import torch

    file = np.load(path, allow_pickle=False)
    images = torch.from_numpy(file["x_train"][:PHOTOS]).permute(0, 3, 1, 2) / 255
    return images, torch.from_numpy(file["y_train"][:PHOTOS])


def photo_run(names: dict[str, Any], images: Any, labels: Any) -> Callable[[bool, int], Any]:
    """The notebook's ``run`` on photographs, with the options of its last cell."""

    def run(augment: bool, seed: int) -> Any:
        return names["run"](
            augment,
            seed,
            data=names["make_data"](images, labels, PHOTOS_TO_TRAIN, seed),
            epochs=40,
            transform=names["photo_transform"],
            lr=1e-3,
            batch_size=64,
        )

    return run


def report(title: str, names: dict[str, Any], results: dict[str, Any]) -> None:
    """Print the gain of each seed, their mean and its standard error."""
    final = names["lesson"].final_accuracy
    plain, augmented = (np.array([*map(final, results[arm])]) for arm in ("plain", "augmented"))
    gains = augmented - plain
    error = gains.std(ddof=1) / np.sqrt(len(gains))
    print(f"\n{title}: validation accuracy, mean of the last five epochs")
    print(f"  {plain.mean():.3f} plain, {augmented.mean():.3f} augmented (means over the seeds)")
    print("  gain of each seed:", " ".join(f"{gain:+.3f}" for gain in gains))
    print(f"  mean {gains.mean():+.3f}, standard error {error:.3f}, smallest {gains.min():+.3f}")
    print(f"  positive in {(gains > 0).sum()} of {len(gains)} seeds\n")


def draw(names: dict[str, Any], results: dict[str, Any], path: Path) -> None:
    """Draw the curves with the notebook's own ``plot_curves``."""
    names["results"] = results  # the cell ends with the student's verdict on them
    exec(cell("conclusion_answer"), names)
    names["plot_curves"](results)
    plt.savefig(path, dpi=120)
    print(f"The curves are in {path}.")


if __name__ == "__main__":
    typer.run(main)
