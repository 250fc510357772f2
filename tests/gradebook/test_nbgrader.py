"""nbgrader's own commands work on the course, and agree with ours."""

from __future__ import annotations

import csv
import json
import zipfile

import nbformat
import pandas as pd
import pytest
from nbgrader.api import Gradebook
from support.courses import ROOT, command, grader_text, hand_in, nbgrader

from autograder.authoring import samples
from autograder.classrun.grading import grade
from autograder.course.course import Course
from autograder.lms.csvfile import neutral

UNIT = "02_convolution"


def class_of(course, *names):
    for sample in samples.load(Course(ROOT), UNIT):
        if sample.name in names:
            hand_in(course, sample.name, UNIT, sample.data(sample.name))


def scores(course):
    with Gradebook(course.db_url) as gradebook:
        return {
            (submission.student.id, g.name): (g.auto_score, g.needs_manual_grade)
            for submission in gradebook.assignment_submissions(UNIT)
            for notebook in submission.notebooks
            for g in notebook.grades
        }


def expected(name, question):
    [sample] = [sample for sample in samples.load(Course(ROOT), UNIT) if sample.name == name]
    return sample.head.expect[question].score


NAMES = ("alt_loops", "conv_flips_kernel", "hostile_duplicated_cell", "hostile_not_json")


def test_nbgrader_autograde_and_autograder_grade_agree(scratch):
    """The same scores and flags by both commands, feedback and CSV included."""
    class_of(scratch, *NAMES)
    graded = grade(scratch, UNIT, jobs=1)
    assert [one.student_id for one in graded] == sorted(NAMES)
    assert not any(one.error for one in graded)
    ours = scores(scratch)
    lost = expected("conv_flips_kernel", "conv2d")
    assert 0 < lost < 8
    assert ours["conv_flips_kernel", "conv2d"] == (pytest.approx(lost), False)
    assert ours["alt_loops", "equivariance_in_words"] == (None, True)
    assert ours["hostile_not_json", "conv2d"] == (0.0, True)
    (scratch.root / "gradebook.db").unlink()
    for folder in ("autograded", "release"):
        for path in sorted((scratch.root / folder).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    nbgrader(scratch.root, "generate_assignment", UNIT, "--force")
    nbgrader(scratch.root, "autograde", UNIT)
    assert scores(scratch) == ours

    nbgrader(scratch.root, "generate_feedback", UNIT)
    nbgrader(scratch.root, "db", "student", "add", "absent")
    nbgrader(scratch.root, "export", "--to", "grades.csv")
    exporter = "autograder.lms.export.QuestionsExporter"
    nbgrader(scratch.root, "export", "--exporter", exporter, "--to", "questions.csv")
    table = pd.read_csv(scratch.root / "grades.csv", index_col="student_id")
    full = sum(score or 0 for (student, _), (score, _) in ours.items() if student == "alt_loops")
    assert table.loc["conv_flips_kernel", "raw_score"] == pytest.approx(full - 8 + lost)
    assert pd.isna(table.loc["conv_flips_kernel", "score"])  # a written answer still waits
    assert pd.isna(table.loc["absent", "score"])
    questions = pd.read_csv(scratch.root / "questions.csv", index_col="student_id")
    assert questions.loc["conv_flips_kernel", f"{UNIT}/conv2d"] == pytest.approx(lost)
    assert questions.loc["absent", f"{UNIT}/status"] == "not submitted"
    assert pd.isna(questions.loc["alt_loops", f"{UNIT}/equivariance_in_words"])

    feedback = (scratch.root / "feedback" / "conv_flips_kernel" / UNIT / f"{UNIT}.html").read_text()
    assert "do not flip" in feedback
    assert "How this answer is graded" in feedback
    grader = grader_text(UNIT)
    executed = (
        scratch.root / "autograded" / "conv_flips_kernel" / UNIT / f"{UNIT}.ipynb"
    ).read_text()
    for line in filter(lambda line: len(line.strip()) > 40, grader.splitlines()):
        if line.strip()[0] not in "\"'#":
            assert line.strip() not in feedback
            assert json.dumps(line.strip())[1:-1] not in executed


def test_grading_again_changes_nothing_and_evaluates_nothing(scratch):
    class_of(scratch, "alt_loops")
    grade(scratch, UNIT, jobs=1)
    before = scores(scratch)
    [again] = grade(scratch, UNIT, jobs=1)
    assert again.unchanged
    assert scores(scratch) == before


def test_a_grade_given_by_hand_stays(scratch):
    class_of(scratch, "alt_loops")
    [one] = grade(scratch, UNIT, jobs=1)
    with Gradebook(scratch.db_url) as gradebook:
        gradebook.find_grade("equivariance_in_words", UNIT, UNIT, "alt_loops").manual_score = 1.5
        gradebook.db.commit()
    (scratch.root / "autograded" / "alt_loops" / UNIT / f"{UNIT}.ipynb").unlink()
    [again] = grade(scratch, UNIT, jobs=1)
    assert not again.unchanged
    with Gradebook(scratch.db_url) as gradebook:
        assert gradebook.find_submission(UNIT, "alt_loops").score == one.score + 1.5


def test_every_grade_cell_has_exactly_one_output_of_ours(scratch):
    class_of(scratch, "hostile_untouched_release")
    grade(scratch, UNIT, jobs=1)
    path = scratch.root / "autograded" / "hostile_untouched_release" / UNIT / f"{UNIT}.ipynb"
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            [output] = cell.outputs
            assert output.output_type == "execute_result"
            assert output.data["text/plain"] == "0.0"


def test_validate_and_zip_collect(scratch):
    """A solved notebook validates, an untouched one does not; a downloaded zip is collected."""
    solved = ROOT / "solutions" / UNIT / f"{UNIT}.ipynb"
    work = scratch.root / "work"
    work.mkdir()
    for name in ("classroom.py", "lesson.py"):
        (work / name).write_bytes((scratch.root / "release" / UNIT / name).read_bytes())
    (work / "solved.ipynb").write_bytes(solved.read_bytes())
    untouched = scratch.root / "release" / UNIT / f"{UNIT}.ipynb"
    (work / "untouched.ipynb").write_bytes(untouched.read_bytes())
    assert "Success" in nbgrader(work, "validate", "solved.ipynb").stdout
    assert "FAILED" in nbgrader(work, "validate", "untouched.ipynb").stdout
    archive = scratch.root / "downloaded" / UNIT / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w") as file:
        file.writestr(f"{UNIT}/{UNIT}_ada_attempt_2026-01-30-15-30-10_{UNIT}.ipynb", "{}")
    nbgrader(scratch.root, "zip_collect", UNIT, "--strict")
    assert (scratch.root / "submitted" / "ada" / UNIT / f"{UNIT}.ipynb").is_file()


@pytest.mark.parametrize("name", ['Åsa, "the" Ö', "=1+1", "@x", "line\nbreak"])
def test_hostile_names_survive_the_csv(scratch, name):
    nbgrader(scratch.root, "db", "student", "add", "s1", f"--last-name={name}")
    nbgrader(scratch.root, "export", "--to", "grades.csv")
    with (scratch.root / "grades.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row["last_name"] == neutral(name)
    assert row["last_name"][0] not in "=+-@"
    assert row["last_name"].endswith(name)


def test_the_formgrader_is_there(scratch):
    """The extension that instructors grade by hand with is installed."""
    listed = command(scratch.root, "jupyter", "server", "extension", "list")
    assert "nbgrader.server_extensions.formgrader" in listed.stdout + listed.stderr
