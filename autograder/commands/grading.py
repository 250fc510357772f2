"""Commands that judge: one notebook, or a class."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.terminal import CourseOption, console, say
from autograder.errors import CourseError

SeedOption = Annotated[
    int | None,
    typer.Option(help="Seed of the hidden random inputs; default: the course's secret."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (evaluate, grade, report):
        app.command()(command)


def evaluate(
    notebook: Annotated[Path, typer.Argument(help="A notebook that a student handed in.")],
    unit: Annotated[str, typer.Option(help="The unit; default: the name of the file.")] = "",
    student: Annotated[str, typer.Option(help="Student id; default: the one in the file.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the executed notebook with its grades here.")
    ] = None,
    gradescope: Annotated[
        Path | None, typer.Option(help="Write Gradescope's results.json here.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of the hidden random inputs; default: the course's secret."),
    ] = None,
    cold: Annotated[bool, typer.Option("--cold", help="Start a kernel, do not fork one.")] = False,
    unsealed: Annotated[
        bool, typer.Option("--unsealed", help="Without isolation: for your own notebooks only.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Judge one notebook, without any gradebook."""
    from autograder.course.course import Course
    from autograder.course.submission import Submission
    from autograder.judging.evaluation import evaluate as judge
    from autograder.reports.terminal import evaluation_text
    from autograder.sandbox.bubblewrap import refuse_to_show
    from autograder.sandbox.unsealed import WARNING as UNSEALED

    if not notebook.is_file():
        raise CourseError(f"There is no file {notebook}.")
    found = Course.find(course)
    chosen = found.unit(unit or notebook.stem)
    if not unsealed:
        refuse_to_show(*found.hidden)
    submission = Submission.read(notebook, student, chosen.name)
    if unsealed:
        say(f"autograder: {UNSEALED}", error=True)
    evaluation = judge(
        submission,
        chosen,
        seed=found.seed if seed is None else seed,
        warm=not cold,
        sealed=not unsealed,
    )
    if output is not None:
        output.write_text(evaluation.notebook, "utf-8")
    if as_json:
        say(json.dumps(evaluation.to_dict(), indent=1))
    if gradescope is not None:
        from autograder.lms.gradescope.results_json import write

        write(evaluation, submission, gradescope)
        console.print(f"Wrote {gradescope}: {evaluation.score:g} points.", markup=False)
        return
    if not evaluation.judged:
        raise CourseError(f"{notebook} could not be judged: {evaluation.reason}.")
    if not as_json:
        console.print(evaluation_text(evaluation))


def grade(
    unit: Annotated[str, typer.Argument(help="The unit to grade.")],
    jobs: Annotated[int, typer.Option(help="Worker processes; 0: one for each core.")] = 0,
    scheduler: Annotated[
        str, typer.Option(help="Evaluate on the workers of this dask scheduler, tcp://HOST:PORT.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and record nothing.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of the hidden random inputs; default: the course's secret."),
    ] = None,
    course: CourseOption = None,
) -> None:
    """Grade every submission of a unit into autograded/ and the gradebook."""
    from autograder.classrun.grading import grade as grade_class
    from autograder.course.course import Course
    from autograder.reports.progress import class_progress
    from autograder.reports.terminal import TABLE_ROWS, class_summary, class_table

    found = Course.find(course)
    with class_progress(console) as progress:
        graded = grade_class(
            found,
            unit,
            jobs=jobs,
            scheduler=scheduler,
            seed=seed,
            dry_run=dry_run,
            progress=progress,
        )
    if len(graded) <= TABLE_ROWS:
        console.print(class_table(graded, unit))
    console.print(class_summary(graded, dry_run=dry_run))
    console.print(
        f"Times and reasons: {found.root / '.autograder' / 'logs'}", markup=False, highlight=False
    )
    lost = [one for one in graded if one.error]
    if lost:
        raise CourseError(f"{len(lost)} of {len(graded)} submissions were not recorded.")


def report(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    to: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html"),
    seed: Annotated[int | None, typer.Option(help="The seed that graded the class.")] = None,
    course: CourseOption = None,
) -> None:
    """Draw a picture of the class: scores, questions, mistakes, submissions to look at."""
    from autograder.classrun.kept_results import KeptResults, key
    from autograder.course.course import Course
    from autograder.course.files import write_whole
    from autograder.reports.class_report import analyse, page

    found = Course.find(course)
    chosen, kept = found.unit(unit), KeptResults.of(found)
    submissions = {student: found.submission(student, unit) for student in found.students(unit)}
    if not submissions:
        raise CourseError(f"Nobody has handed in {unit!r}: there is nothing to report.")
    known = {
        student: kept.look_up(key(one, chosen, found.seed if seed is None else seed))
        for student, one in submissions.items()
    }
    evaluations = {name: one.evaluation if one else None for name, one in known.items()}
    write_whole(to, page(analyse(chosen, evaluations, submissions)).encode())
    console.print(f"Wrote {to}; open it in a browser.", markup=False, soft_wrap=True)
