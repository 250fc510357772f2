"""The command line. Bad input gets one clear line and a non-zero exit status."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from autograder.commands.desk import register
from autograder.errors import CourseError

app = typer.Typer(
    help="Autograded exercises on convolutional networks, on top of nbgrader.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()

CourseOption = Annotated[
    Path | None,
    typer.Option("--course", help="The folder of the course; default: this one or one above."),
]


@app.command()
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
    seed: Annotated[int | None, typer.Option(help="Seed of the hidden random inputs.")] = None,
    cold: Annotated[bool, typer.Option("--cold", help="Start a kernel, do not fork one.")] = False,
    unsealed: Annotated[
        bool, typer.Option("--unsealed", help="Without isolation: for your own notebooks only.")
    ] = False,
    course: CourseOption = None,
) -> None:
    """Judge one notebook, without any gradebook."""
    from autograder.course.course import Course
    from autograder.course.submission import Submission
    from autograder.judging.evaluation import SEED
    from autograder.judging.evaluation import evaluate as judge
    from autograder.reports.terminal import evaluation_text
    from autograder.sandbox.unsealed import WARNING as UNSEALED

    if not notebook.is_file():
        raise CourseError(f"There is no file {notebook}.")
    chosen = Course.find(course).unit(unit or notebook.stem)
    submission = Submission.read(notebook, student, chosen.name)
    if unsealed:
        print(f"autograder: {UNSEALED}", file=sys.stderr)
    evaluation = judge(
        submission,
        chosen,
        seed=SEED if seed is None else seed,
        warm=not cold,
        sealed=not unsealed,
    )
    if output is not None:
        output.write_text(evaluation.notebook, "utf-8")
    if as_json:
        print(json.dumps(evaluation.to_dict(), indent=1))
    if gradescope is not None:
        from autograder.lms.gradescope.results import write

        write(evaluation, submission, gradescope)
        console.print(f"Wrote {gradescope}: {evaluation.score:g} points.", markup=False)
        return
    if not evaluation.judged:
        raise CourseError(f"{notebook} could not be judged: {evaluation.reason}.")
    if not as_json:
        console.print(evaluation_text(evaluation))


@app.command()
def grade(
    unit: Annotated[str, typer.Argument(help="The unit to grade.")],
    jobs: Annotated[int, typer.Option(help="Worker processes; 0: one for each core.")] = 0,
    scheduler: Annotated[
        str, typer.Option(help="Evaluate on the workers of this dask scheduler, tcp://HOST:PORT.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and record nothing.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Seed of the hidden random inputs.")] = None,
    course: CourseOption = None,
) -> None:
    """Grade every submission of a unit into autograded/ and the gradebook."""
    from autograder.classrun.grading import grade as grade_class
    from autograder.course.course import Course
    from autograder.judging.evaluation import SEED
    from autograder.reports.progress import class_progress
    from autograder.reports.terminal import TABLE_ROWS, class_summary, class_table

    found = Course.find(course)
    with class_progress(console) as progress:
        graded = grade_class(
            found,
            unit,
            jobs=jobs,
            scheduler=scheduler,
            seed=SEED if seed is None else seed,
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


@app.command()
def lint(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    course: CourseOption = None,
) -> None:
    """Check that the course is consistent: questions, checks, release, solutions, points."""
    from autograder.authoring.linting import lint as lint_unit
    from autograder.course.course import Course

    found = Course.find(course)
    problems = 0
    for name in units or found.unit_names():
        with console.status(f"checking {name}"):
            complaints = lint_unit(found, name)
        console.print(f"{name}: " + ("clean" if not complaints else f"{len(complaints)} problems"))
        for complaint in complaints:
            console.print(f"  {complaint}", markup=False)
        problems += len(complaints)
    if problems:
        raise CourseError(f"The course has {problems} problems; they are listed above.")


@app.command()
def build(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    course: CourseOption = None,
) -> None:
    """Generate release/ and solutions/ from source/ with nbgrader's own commands."""
    from autograder.authoring.releases import build as build_unit
    from autograder.course.course import Course

    found = Course.find(course)
    for name in units or found.unit_names():
        with console.status(f"building {name}"):
            build_unit(found, name, found.root)
        console.print(f"release/{name} and solutions/{name} are up to date")


@app.command()
def doctor() -> None:
    """Say whether this machine can isolate kernels, and what to do if it cannot."""
    from autograder.commands.doctor import examine

    findings = examine()
    for finding in findings:
        console.print(f"{'✓' if finding.fine else '✗'} {finding.text}", markup=False)
    if not all(finding.fine for finding in findings):
        raise CourseError("This machine cannot grade yet; the lines with ✗ say what to do.")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to build the scratch course.")] = Path(
        "demo"
    ),
    course: CourseOption = None,
) -> None:
    """Build a scratch course with a sample class, grade it, and show the table."""
    from autograder.authoring.demo import run
    from autograder.course.course import Course

    run(Course.find(course), folder, console)


@app.command()
def report(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    to: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html"),
    seed: Annotated[int | None, typer.Option(help="The seed that graded the class.")] = None,
    course: CourseOption = None,
) -> None:
    """Draw a picture of the class: scores, questions, mistakes, submissions to look at."""
    from autograder.classrun.kept_results import kept_results, key
    from autograder.course.course import Course
    from autograder.course.files import write_whole
    from autograder.judging.evaluation import SEED
    from autograder.reports.class_report import analyse, page

    found = Course.find(course)
    chosen, kept = found.unit(unit), kept_results(found)
    submissions = {student: found.submission(student, unit) for student in found.students(unit)}
    if not submissions:
        raise CourseError(f"Nobody has handed in {unit!r}: there is nothing to report.")
    known = {
        student: kept.look_up(key(one, chosen, SEED if seed is None else seed))
        for student, one in submissions.items()
    }
    evaluations = {name: one.evaluation if one else None for name, one in known.items()}
    write_whole(to, page(analyse(chosen, evaluations, submissions)).encode())
    console.print(f"Wrote {to}; open it in a browser.", markup=False, soft_wrap=True)


@app.command()
def handout(
    units: Annotated[list[str] | None, typer.Argument(help="Units; default: all.")] = None,
    to: Annotated[Path, typer.Option(help="The folder for the zips.")] = Path("handouts"),
    course: CourseOption = None,
) -> None:
    """Pack one zip per unit for students: notebook, helpers, how to start, preflight."""
    from autograder.course.course import Course
    from autograder.student_kit.handouts import handout as pack

    found = Course.find(course)
    for name in units or found.unit_names():
        console.print(str(pack(found, name, to)), markup=False, soft_wrap=True)


@app.command()
def receipt(
    notebook: Annotated[Path, typer.Argument(help="A notebook that a student handed in.")],
    code: Annotated[str, typer.Argument(help="The code on the student's receipt.")] = "",
    unit: Annotated[str, typer.Option(help="The unit; default: the name of the file.")] = "",
) -> None:
    """Compute the receipt of a notebook, or check a student's receipt against it."""
    from autograder.student_kit.receipts import receipt as receipt_of

    found = receipt_of(notebook, unit or notebook.stem)
    if not code:
        console.print(f"{found.code}  {found.student_id or '(no id)'}", markup=False)
    elif found.matches(code):
        console.print("✓ The receipt belongs to this file, unit and student id.")
    else:
        raise CourseError(
            f"The receipt {code} does not belong to {notebook} (unit {found.unit}, student id "
            f"{found.student_id!r}, whose receipt is {found.code}). The file was changed, or the "
            "receipt is for another file, unit or id."
        )


@app.command()
def receipts(
    unit: Annotated[str, typer.Argument(help="The unit.")],
    course: CourseOption = None,
) -> None:
    """List the receipts of everything that was handed in for a unit."""
    from autograder.course.course import Course
    from autograder.reports.terminal import receipt_table
    from autograder.student_kit.receipts import receipts as receipts_of

    console.print(receipt_table(receipts_of(Course.find(course), unit), unit))


register(app)


def main() -> None:
    """Entry point: one line for what the user can mend, a traceback only for our own mistakes."""
    from autograder.errors import SandboxUnavailable

    try:
        app()
    except (CourseError, SandboxUnavailable) as error:
        print(f"autograder: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
