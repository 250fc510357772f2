"""Every command in the README and in docs/ works: it is run, or it is said why not here.

Commands are the lines of ```console blocks. UNIT, STUDENT, NOTEBOOK and CODE in them stand for
names; here they are filled in. What is not run is still looked up: a target, a subcommand and an
option must exist.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, hand_in
from nbgrader.apps.nbgraderapp import NbGraderApp
from typer.testing import CliRunner

from autograder import samples
from autograder.cli import app
from autograder.receipts import receipt

UNIT, STUDENT = "02_convolution", "ada"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

# Run here, in a scratch course, in the order of the pages.
RUN = {
    "autograder": {"evaluate", "grade", "handout", "receipt", "receipts"},
    "nbgrader": {"generate_assignment", "generate_feedback", "export", "db"},
}
# Run by another test, named with the words that it must contain.
ELSEWHERE = {
    "autograder doctor": ("test_cli.py", '"doctor"'),
    "autograder lint": ("test_lint.py", "lint(project, name)"),
    "nbgrader autograde": ("test_nbgrader.py", '"autograde"'),
    "nbgrader validate": ("test_nbgrader.py", '"validate"'),
    "nbgrader zip_collect": ("test_nbgrader.py", '"zip_collect"'),
}
# Not run by any test, with the reason.
NOT_RUN = {
    "autograder build": "executes every solution: a minute; `autograder lint` compares its result",
    "autograder demo": "grades a class: .ci/run does it",
    "make": "each target calls commands that are tested; .ci/run runs test and demo",
    "jupyter": "a server that does not end",
    "nbgrader": "needs an exchange, which is a folder shared by the users of a machine",
}
OUTSIDE = set(  # programs of the machine, not of this project
    "apt apt-get cat cd chmod chown cp createdb createuser curl dask docker env export git kubectl "
    "loginctl ls mkdir mv nproc pg_dump pip podman psql py python3 python3.11 rsync sbatch source "
    "sqlite3 srun ssh sudo sysctl systemctl systemd-run tar unzip uv".split()
)


def commands(page: Path) -> list[str]:
    """The commands of a page, without prompts, comments, redirections and leading variables."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.S):
        lines = re.sub(r"\\\n\s*", "", block).splitlines()
        if any(line.startswith("$ ") for line in lines):
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        for line in lines:
            for part in re.split(r"\s+(?:&&|\|)\s+", re.sub(r"(^|\s+)#.*", "", line)):
                part = re.sub(r"^(?:[A-Z_]+=\S+\s+)*(?:\.venv/bin/)?", "", part.strip())
                if part:
                    found.append(re.sub(r"\s+[<>]{1,2}\s*\S+$", "", part))
    return found


EVERY = [(page, command) for page in PAGES for command in commands(page)]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A scratch course with one student's submission, as the docs assume it."""
    folder = tmp_path_factory.mktemp("docs")
    for part in ("source", "solutions"):
        shutil.copytree(ROOT / part / UNIT, folder / part / UNIT)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    [sample] = [one for one in samples.load(ROOT, UNIT) if one.name == "alt_loops"]
    from autograder.course import Course

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
    return bool(rest) and rest[0] in RUN.get(program, ()) and "--cluster" not in rest


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
def test_what_is_not_run_exists(command):
    """Targets, subcommands and options are there; who runs the command instead is named."""
    program, *rest = shlex.split(command)
    if program in OUTSIDE:
        return
    name = " ".join([program, *rest[:1]])
    if name in ELSEWHERE:
        file, words = ELSEWHERE[name]
        assert words in (ROOT / "tests" / file).read_text()
    if program == "make":
        makefile = (ROOT / "Makefile").read_text()
        assert all(f"\n{target}:" in makefile for target in rest if "=" not in target)
    elif program == "autograder":
        said = CliRunner().invoke(app, [rest[0], "--help"], env={"COLUMNS": "200"})
        assert said.exit_code == 0, f"autograder has no command {rest[0]}"
        assert all(option.split("=")[0] in said.output for option in rest if option[:2] == "--")
    elif program == "nbgrader":
        assert rest[0] in NbGraderApp.subcommands
    assert name in ELSEWHERE or name in NOT_RUN or program in NOT_RUN or program == "autograder"


def test_links_lead_to_pages_that_are_there():
    """Between the pages, to files of the project, and to images."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.name} links {target}"
