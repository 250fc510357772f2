"""Grades the class in the current folder with otter-grader, one student after another."""

import sys
from pathlib import Path

from meter import mark
from otter.api import grade_submission
from otter.generate import main as generate

generate(
    tests_dir="tests",
    output_path="autograder.zip",
    files=["classroom.py", "lesson.py"],
    no_requirements=True,
    no_environment=True,
)
mark()
for notebook in sorted(Path("submitted").glob("*/*.ipynb")):
    results = grade_submission(str(notebook), "autograder.zip", quiet=True)
    if results.total < results.possible or not results.possible:
        sys.exit(f"{notebook}: {results.total} of {results.possible} points\n{results.summary()}")
    mark()
