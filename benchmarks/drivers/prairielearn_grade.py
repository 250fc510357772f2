"""Runs pytest with PrairieLearn's plugin for each student, in a process of its own as there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from meter import mark

shutil.copy(
    Path(__file__).with_name("prairielearn_trailing.py"), Path("test_unit", "trailing_code.py")
)
env = {**os.environ, "PYTHONPATH": str(Path.cwd())}  # where the student's process finds lesson.py
mark()
for notebook in sorted(Path("submitted").glob("*/*.ipynb")):
    shutil.copy(notebook, Path("test_unit", "student_code.ipynb"))
    subprocess.run([sys.executable, "-m", "pytest", "-q", "test_unit.py"], check=True, env=env)
    results = json.loads(Path("autograder_results.json").read_text())
    if results["score"] < 1:
        sys.exit(f"{notebook}: score {results['score']}")
    mark()
