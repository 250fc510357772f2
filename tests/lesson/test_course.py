"""One student goes through the whole course: every unit, from its release to the grades."""

from __future__ import annotations

import re

import nbformat
import pandas as pd
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from support.courses import ROOT, copy_course, grader_text, hand_in, nbgrader

from autograder.authoring import samples
from autograder.classrun.grading import grade
from autograder.classrun.kept_results import KeptResults, key
from autograder.course.course import Course
from autograder.judging.evaluation import evaluate

STUDENT = "maría-7"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course of all units, with the folders and the configuration of the project."""
    folder = tmp_path_factory.mktemp("course")
    return copy_course(folder, *Course(ROOT).unit_names())


def test_a_student_goes_through_the_course(course):
    """Released, solved, handed in, graded, commented and exported: all points of every unit."""
    desk = NbGraderAPI(course.directory(), config=course.config)
    units = course.unit_names()
    for unit in units:
        assert desk.generate_assignment(unit)["success"]
        solved = samples.solution(course, unit).data(STUDENT, demonstrations=False)
        hand_in(course, STUDENT, unit, solved)
        keep_evaluation(course, unit)
        [graded] = grade(course, unit, jobs=1)
        assert not graded.error
    written = scores_of_code(course)
    for unit in units:
        assert {q.id for q in course.unit(unit).questions if q.manual} == written[unit]
        mark_written_answers(course, unit, written[unit])
        assert desk.generate_feedback(unit)["success"]
        check_feedback(course, unit)
    check_exports(course)


def keep_evaluation(course, unit):
    """Evaluate here, and keep it as a worker's result is kept: workers take long to start."""
    submission, released = course.submission(STUDENT, unit), course.unit(unit)
    evaluation = evaluate(submission, released, seed=course.seed)
    KeptResults.of(course).put(key(submission, released, course.seed), evaluation)


def scores_of_code(course):
    """What waits for a person, by unit; everything else must have all its points."""
    waiting = {}
    with Gradebook(course.db_url) as gradebook:
        for submission in gradebook.student_submissions(STUDENT):
            [notebook] = submission.notebooks
            worth = {q.id: q for q in course.unit(submission.name).questions}
            assert {grade.name for grade in notebook.grades} == worth.keys()
            waiting[submission.name] = {g.name for g in notebook.grades if g.needs_manual_grade}
            for one in notebook.grades:
                if not worth[one.name].manual:
                    assert one.auto_score == pytest.approx(worth[one.name].worth), one.name
    return waiting


def mark_written_answers(course, unit, names):
    """The instructor reads the written answers and gives half a point less than there is."""
    with Gradebook(course.db_url) as gradebook:
        for name in names:
            one = gradebook.find_grade(name, unit, unit, STUDENT)
            one.manual_score, one.needs_manual_grade = one.max_score - 0.5, False
        gradebook.db.commit()


def check_feedback(course, unit):
    """The page of a unit is there, and shows no line of its hidden checks."""
    page = (course.path("feedback", STUDENT, unit) / f"{unit}.html").read_text("utf-8")
    for question in course.unit(unit).questions:
        assert question.id.replace("_", " ") in page.replace("_", " "), question.id
    shown = bare(re.sub(r"<[^>]*>", "", page))
    handed_in = course.path("submitted", STUDENT, unit) / f"{unit}.ipynb"
    own = bare("\n".join(cell.source for cell in nbformat.read(handed_in, as_version=4).cells))
    lines = [line.strip() for line in grader_text(unit).splitlines()]
    code = [line for line in lines if len(line) > 40 and line[0] not in "\"'#f"]
    assert len(code) > 100
    assert not [line for line in code if bare(line) in shown and bare(line) not in own]


def bare(text):
    """Letters, digits and signs that HTML does not escape."""
    return re.sub(r"&\w+;|[&<>\"'#;]|\s", "", text)


def check_exports(course):
    """The exported tables agree with each other and with the points of the notebooks."""
    nbgrader(course.root, "export", "--to", "grades.csv")
    exporter = "autograder.lms.export.QuestionsExporter"
    nbgrader(course.root, "export", "--exporter", exporter, "--to", "questions.csv")
    grades = pd.read_csv(course.root / "grades.csv").set_index("assignment")
    questions = pd.read_csv(course.root / "questions.csv", index_col="student_id").loc[STUDENT]
    for unit in course.unit_names():
        parts = course.unit(unit).questions
        expected = sum(q.worth - 0.5 * q.manual for q in parts)
        assert grades.loc[unit, "student_id"] == STUDENT
        assert grades.loc[unit, "score"] == pytest.approx(expected)
        assert grades.loc[unit, "max_score"] == sum(q.points for q in parts)
        assert sum(questions[f"{unit}/{q.id}"] for q in parts) == pytest.approx(expected)
