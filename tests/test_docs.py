"""Every command in the README and in docs/ works: it is run, or it is said why not here.

Commands are the lines of ```console blocks. UNIT, STUDENT, NOTEBOOK and CODE in them stand for
names; here they are filled in. What is not run is still looked up: a target, a subcommand and an
option must exist.
"""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp
from support.courses import ROOT, copy_course, hand_in
from typer.testing import CliRunner

from autograder.authoring import samples
from autograder.commands.app import app
from autograder.course.course import Course
from autograder.student_kit.receipts import receipt

UNIT, STUDENT = "02_convolution", "ada"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

# Run here, in a scratch course, in the order of the pages.
RUN = {
    "autograder": {"evaluate", "grade", "handout", "receipt", "receipts"},
    "nbgrader": {"generate_assignment", "generate_feedback", "export", "db"},
}
# These need what a test of their own sets up: a cluster, a roster, many workers.
WITH_MORE = ("--scheduler", "--roster", ".roster", "--jobs")
# Not run by any test, with the reason.
NOT_RUN = {
    "autograder build": "executes every solution: a minute; `autograder lint` compares its result",
    "autograder demo": "grades a class: .ci/run does it",
    "make": "each target calls commands that are tested; .ci/run runs test and demo",
    "jupyter": "a server that does not end",
    "nbgrader collect": "needs an exchange, which is a folder shared by the users of a machine",
    "nbgrader release_assignment": "needs an exchange",
    "nbgrader release_feedback": "needs an exchange",
}
OUTSIDE = set(  # programs of the machine, not of this project
    "apt apt-get cat cd chmod chown cp createdb createuser curl echo dask docker env export git jq "
    "kubectl loginctl ls mkdir mv nproc pg_dump pip podman psql py python3 rsync sbatch source "
    "sqlite3 srun ssh sudo sysctl systemctl systemd-run tar unzip uv zip".split()
)


def commands(page: Path) -> list[str]:
    """The commands of a page, without prompts, comments, redirections and leading variables."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.S):
        text = re.sub(r"(?m)(^|\s)#.*$", "", re.sub(r"\\\n\s*", "", block))
        if "$ " in (line[:2] for line in text.splitlines()):
            text = "\n".join(line[2:] for line in text.splitlines() if line.startswith("$ "))
        words = shlex.shlex(text, posix=False, punctuation_chars="();<>|&\n")
        words.whitespace, words.whitespace_split, words.commenters = " \t", True, ""
        command: list[str] = []
        for word in [*words, "\n"]:
            if set(word) <= set("();|&\n"):
                found.append(command)
                command = []
            elif command or not re.match(r"[A-Z_]+=", word):
                command.append(word.removeprefix(".venv/bin/"))
    return [re.sub(r" [<>]{1,2} \S+", "", " ".join(command)) for command in found if command]


AUTHORS = ROOT / "docs" / "authors.md"  # typed as it stands, in a folder of its own
EVERY = [(page, command) for page in PAGES if page != AUTHORS for command in commands(page)]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A scratch course with one student's submission, as the docs assume it."""
    folder = tmp_path_factory.mktemp("docs")
    copy_course(folder, UNIT, parts=("source", "solutions"))
    [sample] = [one for one in samples.load(Course(ROOT), UNIT) if one.name == "alt_loops"]
    hand_in(Course(folder), STUDENT, UNIT, sample.data(STUDENT))
    return folder


def filled_in(command: str, course: Path) -> list[str]:
    notebook = f"submitted/{STUDENT}/{UNIT}/{UNIT}.ipynb"
    names = {"UNIT": UNIT, "STUDENT": STUDENT, "NOTEBOOK": notebook}
    if "CODE" in command:
        names["CODE"] = receipt(course / notebook, UNIT).code
    for name, value in names.items():
        command = re.sub(rf"\[?\b{name}\b(\.\.\.)?\]?", value, command)
    return shlex.split(command)


def test_the_pages_have_commands_and_their_programs_are_known():
    """A program in no list above would never be tried: run it, or say why not."""
    assert len(EVERY) > 10
    known = {"autograder", "nbgrader", "make", "jupyter"} | OUTSIDE
    unknown = {(page.name, command) for page, command in EVERY if command.split()[0] not in known}
    assert not unknown


def _is_run(command: str) -> bool:
    program, *rest = command.split()
    runs = bool(rest) and rest[0] in RUN.get(program, ())
    return runs and not any(word in command for word in WITH_MORE)


def test_commands_run(course, monkeypatch):
    """In the order of the pages, each once; every one must succeed."""
    monkeypatch.chdir(course)
    ours = dict.fromkeys(command for _, command in EVERY if _is_run(command))
    first = ("nbgrader generate_assignment", "autograder grade")  # what the others read
    for command in sorted(ours, key=lambda one: not one.startswith(first)):
        arguments = filled_in(command, course)
        if arguments[0] == "autograder":
            result = CliRunner().invoke(app, arguments[1:])
            assert result.exit_code == 0, f"{command}: {result.output} {result.exception}"
        else:
            done = subprocess.run(
                [sys.executable, "-m", *arguments], cwd=course, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("command", dict.fromkeys(c for _, c in EVERY if not _is_run(c)))
def test_what_is_not_run_here_exists(command):
    """Targets, subcommands and options are there, and another test or a reason names them."""
    program, *rest = shlex.split(command)
    if program in OUTSIDE:
        return
    if program == "make":
        makefile = (ROOT / "Makefile").read_text()
        assert all(f"\n{target}:" in makefile for target in rest if "=" not in target)
    elif program == "autograder":
        said = CliRunner().invoke(app, [rest[0], "--help"], env={"COLUMNS": "200"})
        assert said.exit_code == 0, f"autograder has no command {rest[0]}"
        assert all(option.split("=")[0] in said.output for option in rest if option[:2] == "--")
    elif program == "nbgrader":
        assert rest[0] in NbGraderApp.subcommands
    if {program, f"{program} {rest[0] if rest else ''}"}.isdisjoint(NOT_RUN):
        others = [
            path for path in (ROOT / "tests").rglob("test_*.py") if path.name != "test_docs.py"
        ]
        words = f'"{rest[0]}"', f"import {rest[0]}"
        assert any(word in path.read_text() for path in others for word in words), (
            f"no test runs {command}"
        )


def test_links_lead_to_pages_that_are_there():
    """Between the pages, to files of the project, and to images."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.name} links {target}"


def test_the_authors_page_as_it_is_typed(tmp_path, monkeypatch):
    """From an empty folder to a graded class: every line of the page, in its order."""
    monkeypatch.chdir(tmp_path)
    typed = [line for line in commands(AUTHORS) if "--watch" not in line]  # that does not end
    for line in typed:
        program, *arguments = shlex.split(line)
        if program == "cd":
            monkeypatch.chdir(arguments[0])
        elif program == "autograder":
            said = CliRunner().invoke(app, arguments)
            assert said.exit_code == 0, f"{line}: {said.output} {said.exception}"
        else:
            python = [sys.executable, "-m"] if program == "nbgrader" else []
            done = subprocess.run([*python, program, *arguments], capture_output=True, text=True)
            assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    rows = csv.DictReader(Path("grades.csv").read_text().splitlines())
    # Without the personal question, and without the written one, which nobody has graded yet.
    assert {row["student_id"]: row["raw_score"] for row in rows} == {"ada": "0", "bob": "5"}
