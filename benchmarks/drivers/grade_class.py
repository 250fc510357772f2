"""Grades the class of a scratch course, and writes how much memory this process took.

python grade_class.py FOLDER UNIT WORKERS

The imports stand in the function: a worker process imports this file too, and must not load
more for it than it loads for ``autograder grade``.
"""

import json
import sys
from pathlib import Path


def main(folder: Path, unit: str, jobs: int) -> None:
    from autograder.classrun.grading import grade
    from autograder.course.course import Course

    graded = grade(Course(folder), unit, jobs=jobs)
    lost = [one.error for one in graded if one.error]
    if lost:
        sys.exit(f"{len(lost)} were not recorded: {lost[0]}")
    said = {"peak_mb": peak_mb(), "unchanged": sum(one.unchanged for one in graded)}
    (folder / "said.json").write_text(json.dumps(said))


def peak_mb() -> float:
    """The largest resident memory of this process so far, in MB of 10^6 bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return round(int(line.split()[1]) * 1024 / 1e6, 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
