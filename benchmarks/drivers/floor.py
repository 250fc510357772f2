"""Runs the notebooks' own code, and nothing else, in forks of a process that has imported all.

floor.py           the code cells, with their figures drawn as the kernel draws them
floor.py tests     the equivalent tests after them
"""

import contextlib
import gc
import importlib
import io
import json
import os
import sys
import traceback
from pathlib import Path

import nbformat
from meter import mark

from autograder.sandbox.preloaded import MODULES


def run(path: Path, tests: dict[str, str]) -> None:
    """One notebook, from top to bottom."""
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import print_figure

    def draw() -> None:
        for number in plt.get_fignums():
            print_figure(plt.figure(number), "png")
        plt.close("all")

    plt.show = draw
    sys.path.insert(0, str(path.parent.resolve()))
    names = {"__name__": "__main__"}
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if is_code(cell)]
    with contextlib.redirect_stdout(io.StringIO()):
        for source in [*cells, *tests.values()]:
            exec(compile(source, "cell", "exec"), names)
            draw()


def is_code(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code"


def main() -> None:
    tests = json.loads(Path("tests.json").read_text()) if "tests" in sys.argv else {}
    for module in MODULES:
        if not module.startswith("autograder_inside"):
            importlib.import_module(module)
    gc.collect()
    gc.freeze()
    mark()
    for path in sorted(Path().glob("*.ipynb")):
        if (child := os.fork()) == 0:
            status = 1
            try:
                run(path, tests)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        if os.waitpid(child, 0)[1]:
            sys.exit(f"{path} failed")
        mark()


if __name__ == "__main__":
    main()
