"""A student's folder stands alone, tells nothing, and says when a notebook may be handed in."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
from support.courses import ROOT, command, grader_text, hand_in, nbgrader
from support.student_machine import make_python, run, unpack

from autograder.authoring import samples
from autograder.course.course import Course
from autograder.course.unit import unit_names
from autograder.student_kit.handouts import KIT, handout
from autograder.student_kit.receipts import receipt

UNIT = "02_convolution"
SIX = {"numpy", "torch", "torchvision", "matplotlib", "scikit-learn", "tqdm"}
UNITS = [
    pytest.param(name, marks=() if name == UNIT else (pytest.mark.slow,))
    for name in unit_names(ROOT)
]


@pytest.fixture(scope="module")
def student_python(tmp_path_factory):
    """A Python with what requirements.txt of the handout names, JupyterLab, and nothing else."""
    return make_python(tmp_path_factory.mktemp("machine") / "env", [*SIX, "jupyterlab"])


@pytest.fixture
def folder(project, tmp_path):
    return unpack(handout(project, UNIT, tmp_path / "zips"), tmp_path / "home")


def write(folder, data):
    path = folder / f"{UNIT}.ipynb"
    path.write_bytes(data)
    return path


def solved(student="ada"):
    """A complete submission."""
    [sample] = [one for one in samples.load(Course(ROOT), UNIT) if one.name == "alt_loops"]
    return sample.data(student)


@pytest.mark.parametrize("name", unit_names(ROOT))
def test_nothing_of_the_grader_is_in_it(project, tmp_path, name):
    """No grader, no solution, no rubric, no hidden case; only files of which each has a use."""
    path = handout(project, name, tmp_path)
    with zipfile.ZipFile(path) as archive:
        contents = {item: archive.read(item).decode() for item in archive.namelist()}
    assert {item.removeprefix(f"{name}/") for item in contents} == {
        "START_HERE.html", f"{name}.ipynb", "lesson.py", "classroom.py",
        "check_before_submitting.py", "preflight_cells.py", "preflight_run.py", "requirements.txt",
        "unit.json",
    }  # fmt: skip
    everything = "\n".join(contents.values())
    for word in ("autograder.graders", "BEGIN SOLUTION", "HIDDEN TESTS", "@question", "RUBRICS"):
        assert word not in everything
    source = nbformat.read(ROOT / "source" / name / f"{name}.ipynb", as_version=4)
    released = nbformat.reads(contents[f"{name}/{name}.ipynb"], as_version=4)
    answers = 0
    for ours, theirs in zip(source.cells, released.cells, strict=True):
        for solution in re.findall(r"### BEGIN SOLUTION\n(.*?)### END", ours.source, re.S):
            answers += 1
            kept = ours.source.replace(solution, "")
            lines = {line for line in solution.splitlines() if len(line.strip()) > 12}
            assert not {line for line in lines if line in theirs.source and line not in kept}
    assert answers, "the unit has no answer"
    for helper in ("lesson.py", "classroom.py"):
        assert contents[f"{name}/{helper}"] == (ROOT / "source" / name / helper).read_text()
    grader = grader_text(name)
    assert not [check for check in re.findall(r"def (test_\w+)", grader) if check in everything]
    assert not any(cell.get("outputs") for cell in released.cells)


def test_the_same_release_gives_the_same_bytes(project, tmp_path):
    one, two = (handout(project, UNIT, tmp_path / n) for n in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_requirements_name_the_six_packages_and_no_other(folder):
    lines = (folder / "requirements.txt").read_text().splitlines()
    assert {line for line in lines if not line.startswith("#")} == SIX


def test_a_release_with_a_solution_in_it_is_not_handed_out(scratch, tmp_path):
    (scratch.root / "release" / UNIT / "lesson.py").write_text("### BEGIN SOLUTION\n")
    said = command(scratch.root, "autograder", "handout", UNIT, status=1).stderr
    assert "lesson.py contains 'BEGIN SOLUTION'" in said
    assert not (scratch.root / "handouts" / f"{UNIT}.zip").exists()


def test_the_start_page_names_the_unit_and_files_that_are_there(folder):
    page = (folder / "START_HERE.html").read_text()
    assert "$" not in page
    for name in ("requirements.txt", "check_before_submitting.py", f"{UNIT}.ipynb"):
        assert name in page
        assert (folder / name).is_file()


@pytest.mark.parametrize("name", UNITS)
def test_the_released_notebook_runs_on_a_students_machine(project, tmp_path, student_python, name):
    """Without autograder, nbgrader or pandas; only the missing id keeps it from being ready."""
    folder = unpack(handout(project, name, tmp_path / "zips"), tmp_path / "home")
    for foreign in ("autograder", "nbgrader", "pandas", "pytest"):
        run(student_python, folder, "-c", f"import {foreign}", status=1)
    said = run(student_python, folder, "check_before_submitting.py", status=1).stdout
    assert "STUDENT_ID is empty" in said
    assert "✓ The notebook runs from top to bottom" in said
    assert "no answer yet" in said
    assert said.count("✗") == 1
    assert "NOT READY. 1 of" in said
    assert not list(folder.glob("*.receipt.txt"))


def test_a_finished_notebook_is_ready_and_its_receipt_is_verified(folder, student_python):
    """The code that the student gets is the one that the instructor computes from the file."""
    path = write(folder, solved())
    said = run(student_python, folder, "check_before_submitting.py").stdout
    assert "READY. Hand in" in said
    assert "NOT READY" not in said
    [code] = re.findall(r"Receipt (\S+),", said)
    assert code in (folder / f"{UNIT}.receipt.txt").read_text()
    assert receipt(path, UNIT).code == code
    sloppy = code.lower().replace("-", " ").replace("0", "o")
    assert "belongs to this file" in command(folder, "autograder", "receipt", path, sloppy).stdout
    path.write_bytes(path.read_bytes() + b"\n")
    refused = command(folder, "autograder", "receipt", path, code, status=1).stderr
    assert "does not belong" in refused


def broken(change):
    notebook = json.loads(solved())
    cells = {c["metadata"].get("nbgrader", {}).get("grade_id"): c for c in notebook["cells"]}
    change(notebook["cells"], cells)
    return json.dumps(notebook).encode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda all_, cells: all_.remove(cells["conv2d_answer"]), "conv2d_answer is gone"),
        (lambda all_, cells: all_.append(cells["rook"]), "rook is there 2 times"),
    ],
)
def test_a_notebook_that_is_not_whole_is_not_ready(folder, student_python, change, says):
    write(folder, broken(change))
    said = run(student_python, folder, "check_before_submitting.py", "--quick", status=1).stdout
    assert says in said
    assert "NOT READY" in said


def test_what_stops_a_notebook_is_named(folder, student_python):
    """A cell that fails, a helper that was changed, a locked cell that was edited."""

    def change(all_, cells):
        cells["conv2d"]["source"] = "print('mine')"
        all_.insert(3, nbformat.v4.new_code_cell("spectrum = wave + 1"))

    write(folder, broken(change))
    (folder / "lesson.py").write_text((folder / "lesson.py").read_text() + "\n# mine\n")
    said = run(student_python, folder, "check_before_submitting.py", status=1).stdout
    assert "stops with NameError: name 'wave' is not defined" in said
    assert "spectrum = wave + 1" in said
    assert "locked cell conv2d was changed" in said
    assert "lesson.py was changed" in said
    assert "Traceback" not in said


def test_a_file_that_is_no_notebook_and_a_missing_one(folder, student_python):
    write(folder, b"{")
    said = run(student_python, folder, "check_before_submitting.py", status=2).stdout
    assert "not a Jupyter notebook" in said
    (folder / f"{UNIT}.ipynb").unlink()
    said = run(student_python, folder, "check_before_submitting.py", status=2).stdout
    assert "There is no file" in said


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + solved(),
        solved().decode().encode("utf-16"),
        json.dumps({"cells": json.loads(solved())["cells"]}).encode(),
    ],
    ids=["byte order mark", "utf-16", "no version"],
)
def test_a_file_that_the_grader_can_read_is_run(folder, student_python, data):
    """An editor may have saved it in another way; what is looked at is the same."""
    write(folder, data)
    result = run(student_python, folder, "check_before_submitting.py")
    assert "READY. Hand in" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("while True:\n    pass", "Perhaps a loop never ends"),
        ("exit()", "Python itself ends in"),
        ("age = input('age?')", "asks a question with input() in the cell"),
        ("assert 1 == 2", "stops with AssertionError, in the cell that begins with: assert"),
        ("def f(x)\n    return x", "stops with SyntaxError: expected ':' (line 1), in the cell"),
        ("a = nothing\n", "stops with NameError: name 'nothing' is not defined, in the cell"),
    ],
)
def test_a_cell_that_stops_the_notebook_gets_one_sentence(folder, student_python, cell, says):
    notebook = json.loads(solved())
    notebook["cells"].insert(3, nbformat.v4.new_code_cell(cell))
    write(folder, json.dumps(notebook).encode())
    unit = json.loads((folder / "unit.json").read_text())
    unit["limits"]["wall_s"] = 10  # instead of a minute
    (folder / "unit.json").write_text(json.dumps(unit))
    said = run(student_python, folder, "check_before_submitting.py", status=1).stdout
    assert says in said
    assert said.count("✗") == 1
    assert "NOT READY. 1 of" in said
    assert "make it faster" not in said


def test_of_several_cells_that_stop_the_first_is_named(folder, student_python):
    """An id without quotes: the cells that need it stop too, and would bury the reason."""
    write(folder, re.sub(rb"STUDENT_ID = 'ada'", b"STUDENT_ID = ada", solved()))
    said = run(student_python, folder, "check_before_submitting.py", status=1).stdout
    assert "belongs between quotes" in said
    assert "NameError: name 'ada' is not defined" in said
    assert "Cells after it stop, too" in said
    assert said.count("✗") == 3


def test_another_units_notebook_is_recognised(folder, student_python):
    other = ROOT / "release" / "01_parameter_sharing" / "01_parameter_sharing.ipynb"
    write(folder, other.read_bytes())
    said = run(student_python, folder, "check_before_submitting.py", status=2).stdout
    assert "it is another notebook" in said


def test_the_notebook_is_run_with_one_thread_as_it_is_graded(folder, student_python):
    """Threads that wait for each other count as computing, and the limit is one of computing."""
    notebook = json.loads(solved())
    cell = "import torch\nassert torch.get_num_threads() == 1"
    notebook["cells"].insert(3, nbformat.v4.new_code_cell(cell))
    write(folder, json.dumps(notebook).encode())
    many = "import os, runpy; os.environ['OMP_NUM_THREADS'] = '2'; runpy.run_path("
    program = many + "'check_before_submitting.py', run_name='__main__')"
    assert "READY. Hand in" in run(student_python, folder, "-c", program).stdout


def test_computing_is_counted_where_the_kernel_is_started_by_a_launcher(monkeypatch):
    """As on Windows, where the Python of an environment only starts another one."""
    monkeypatch.syspath_prepend(KIT)  # as in the student's folder: the parts lie side by side
    preflight_run = importlib.import_module("preflight_run")
    busy = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True); time.sleep(60)"
    launcher = ["sh", "-c", '"$0" -c "$1"; true', sys.executable, busy]
    with subprocess.Popen(launcher, stdout=subprocess.PIPE, start_new_session=True) as process:
        process.stdout.readline()
        provisioner = SimpleNamespace(pid=process.pid)
        spent = preflight_run._spent(SimpleNamespace(km=SimpleNamespace(provisioner=provisioner)))
        os.killpg(process.pid, signal.SIGKILL)
    assert 0.4 < spent < 60  # 60: it did not fall back to the clock


@pytest.mark.parametrize("name", UNITS)
def test_helpers_and_preflight_need_nothing_that_only_unix_has(
    project, tmp_path, student_python, name
):
    """Windows has none of these modules, functions and signals, and its files are not UTF-8."""
    folder = unpack(handout(project, name, tmp_path / "zips"), tmp_path / "home")
    windows = "\n".join([
        "import sys, os, signal, runpy, warnings",
        "import lesson, numpy, torch, matplotlib.pyplot, sklearn, tqdm",
        "for module in ['lesson', 'classroom']: del sys.modules[module]",
        "unix = 'fcntl grp pty pwd resource termios tty'.split()",
        "sys.modules.update(dict.fromkeys(unix))",
        "for there, names in ((os, 'fork getuid killpg sched_getaffinity uname'),",
        "                     (signal, 'SIGALRM SIGKILL SIGPROF alarm setitimer')):",
        "    for name in names.split(): delattr(there, name)",
        "warnings.simplefilter('error', EncodingWarning)",
        "import lesson, classroom",
        "sys.argv = ['check_before_submitting.py', '--quick']",
        "runpy.run_path(sys.argv[0], run_name='__main__')",
    ])  # fmt: skip
    arguments = ["-X", "utf8=0", "-X", "warn_default_encoding"]
    result = run(student_python, folder, *arguments, "-c", windows, status=1)
    assert "STUDENT_ID is empty" in result.stdout
    assert "Traceback" not in result.stderr


def test_receipts_of_a_class(scratch):
    """A list for the instructor: codes, a foreign id, a file that is none."""
    hand_in(scratch, "ada", UNIT, solved())
    hand_in(scratch, "grace", UNIT, solved())
    hand_in(scratch, "broken", UNIT, b"{")
    said = command(scratch.root, "autograder", "receipts", UNIT).stdout
    assert receipt(scratch.path("submitted", "ada", UNIT) / f"{UNIT}.ipynb", UNIT).code in said
    assert "the file says ada" in said
    assert "has no receipt" in " ".join(said.split())


def test_nbgrader_validate_says_the_same_as_the_check(project, tmp_path):
    """In the student's folder, for those who have nbgrader: sentences, no traceback."""
    folder = unpack(handout(Course(ROOT), UNIT, tmp_path / "zips"), tmp_path / "home")
    said = nbgrader(folder, "validate", f"{UNIT}.ipynb").stdout
    assert "conv2d: not attempted yet." in said
    assert "Traceback" not in said
