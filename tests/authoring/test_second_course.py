"""One engine, any course: linear algebra, with numpy alone, from its folder to its grades."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys

import pytest
from support.courses import ROOT, copy_built, hand_in

from autograder.authoring.linting import lint
from autograder.authoring.sample_runs import run
from autograder.authoring.samples import load, solution
from autograder.classrun.worker import Parcel, work
from autograder.commands.app import app
from autograder.course.submission import Submission
from autograder.course.unit import unit_names
from autograder.judging import version
from autograder.judging.evaluation import SEED
from autograder.student_kit.handouts import files

UNIT = "01_matrices"
# Words of the project's own course; the engine serves others too.
FOREIGN = re.compile(r"torch|convol|receptive|pooling|augment|sklearn|scikit|scipy", re.I)

WITHOUT = """
import sys

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Refusing())
from autograder.commands.app import app
app({arguments!r}, standalone_mode=False)
assert not {names!r} & set(sys.modules)
"""


def test_the_course_is_clean(second_course):
    """Its notebooks, checks and points fit together, by the same rules as the project's."""
    assert lint(second_course, UNIT).findings == ()


def test_every_sample_gives_what_its_file_says(second_course):
    """Right answers earn everything, wrong ones what they should, with the sentence that helps."""
    samples = load(second_course, UNIT)
    outcomes = list(run(second_course.unit(UNIT), samples, jobs=1))
    assert [one.complaints for one in outcomes if one.complaints] == []
    assert {one.sample.name for one in outcomes} == {one.name for one in samples}


def test_it_is_graded_where_the_projects_libraries_are_not_installed(second_course, tmp_path):
    """From what was handed in to Gradescope's results.json, in a Python that refuses them."""
    names = {"torch", "torchvision", "sklearn", "scipy", "pandas", "tqdm"}
    notebook, to = tmp_path / f"{UNIT}.ipynb", tmp_path / "results.json"
    notebook.write_bytes(solution(second_course, UNIT).data("ada"))
    arguments = ["evaluate", str(notebook), "--gradescope", str(to), "--course"]
    program = WITHOUT.format(names=names, arguments=[*arguments, str(second_course.root)])
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(to.read_text())["score"] == 11


def test_it_travels_to_workers_that_have_no_folder_of_it(second_course):
    """What a cluster's worker gets is the whole course: checks, helpers, what is preloaded."""
    submission = Submission("ada", UNIT, solution(second_course, UNIT).data("ada"))
    evaluation = work(Parcel.pack(second_course.unit(UNIT)), submission, SEED)
    assert (evaluation.score, evaluation.max_score) == (11, 15)


def test_its_students_get_a_kit_of_their_own(second_course, project):
    """requirements.txt and START_HERE are the course's, and name no library of another one."""
    kit = files(second_course, second_course.unit(UNIT))
    assert kit["requirements.txt"].split()[-2:] == [b"numpy", b"matplotlib"]
    assert not FOREIGN.search(kit["START_HERE.html"].decode())
    ours = files(project, project.unit("02_convolution"))
    assert b"PyTorch is large" in ours["START_HERE.html"]
    assert b"torch" in ours["requirements.txt"].split()


def test_the_engine_names_no_course():
    """No library, unit or word of one course stands in the engine, its messages or its texts."""
    places = [path for path in (ROOT / "autograder").rglob("*") if path.is_file()]
    engine = [p for p in places if "graders" not in p.parts and "__pycache__" not in p.parts]
    found = {}
    for path in engine:
        text = path.read_text("utf-8")
        words = FOREIGN.findall(text) + [name for name in unit_names(ROOT) if name in text]
        if words:
            found[path.name] = words
    assert found == {}


def test_the_version_counts_the_courses_libraries_in(monkeypatch):
    """Another version of what a notebook computes with is another judge; an absent one is none."""
    assert version.distributions(("sklearn.datasets", "numpy.linalg")) == ["numpy", "scikit-learn"]
    plain, absent = version.versions(), version.versions(("nowhere.to.be.found",))
    assert len({plain, absent, version.versions(("sklearn",))}) == 3
    monkeypatch.setattr(version, "installed", lambda name: "0.0")
    assert version.versions.__wrapped__(("sklearn",)) != version.versions(("sklearn",))


@pytest.mark.parametrize("scheduler", [False, True], ids=["here", "dask"])
def test_a_class_from_submissions_to_a_csv(second_course, tmp_path, scheduler, request):
    """Released by nbgrader, handed in, graded here or on a cluster, exported."""
    course = copy_built(second_course, tmp_path / "course")
    for sample in load(course, UNIT)[:3]:
        hand_in(course, sample.name, UNIT, sample.data(sample.name))
    options = ["--scheduler", request.getfixturevalue("cluster")] if scheduler else ["--jobs", "1"]
    there = ["--course", str(course.root)]
    app(["grade", UNIT, *options, *there], standalone_mode=False)
    app(["export", "--to", str(tmp_path / "grades.csv"), *there], standalone_mode=False)
    rows = csv.DictReader((tmp_path / "grades.csv").read_text().splitlines())
    scores = {row["student_id"]: float(row["raw_score"]) for row in rows}
    assert scores == {"alt_library": 11, "back_diagonal_only": 5, "back_forgets_to_divide": 5}
