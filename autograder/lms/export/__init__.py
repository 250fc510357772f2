"""Grade files that other systems import: frozen values first, then one writer per format.

    gradebook ─ table.read ─▶ Table ─ canvas.sheet, moodle.sheet, … ─▶ Sheet ─ write_csv ─▶ file

With the system's own export handed in, its students, columns and encoding are kept and the
grades filled in; whoever cannot be matched is listed, never guessed.
"""

from autograder.lms.csvfile import neutral, read_csv
from autograder.lms.export.plugins import (
    FORMATS,
    INCOMPLETE,
    BlackboardExporter,
    CanvasExporter,
    GradescopeExporter,
    GradesExporter,
    MoodleExporter,
    MoodleWorksheetExporter,
    QuestionsExporter,
    export,
)

__all__ = [
    "FORMATS",
    "INCOMPLETE",
    "BlackboardExporter",
    "CanvasExporter",
    "GradesExporter",
    "GradescopeExporter",
    "MoodleExporter",
    "MoodleWorksheetExporter",
    "QuestionsExporter",
    "export",
    "neutral",
    "read_csv",
]
