"""Small helpers that come with every notebook of this course.

``personal`` draws the numbers of a question from your student id, so that your question is
your own. ``Check`` is what the check cells use: it says in a sentence what is right and what
is not yet. ``summary`` says at the end what is done and what is open.
"""

import html
import os
import random
import sys
import traceback
from typing import NamedTuple

import numpy as np

if sys.version_info < (3, 11):  # noqa: UP036 (a student may have an older one)
    raise ImportError(
        f"This is Python {sys.version.split()[0]}; the notebook needs 3.11 or newer. "
        "START_HERE.html says how to set it up."
    )

DONE, BEGUN, WRONG, OPEN, UNRUN = "done", "begun", "not right yet", "not attempted", "not run yet"
SIGNS = {DONE: "✓", BEGUN: "◐", WRONG: "✗", OPEN: "○", UNRUN: "○"}
COLOURS = {DONE: "#1a7f37", BEGUN: "#2f6db5", WRONG: "#c2410c", OPEN: "#767676", UNRUN: "#767676"}
HIDDEN = "Hidden checks look at more cases: read the contract once more."
STUB = "raise NotImplementedError()"
results = {}  # what each check of this notebook said last: {question: state}


# ------------------------------------------------------------------------ your own numbers


def personal(student_id, question):
    """A random generator (``random.Random``) of one student's own for one question.

    The same id and question always give the same numbers, on every machine.
    Upper and lower case and spaces around the id do not matter.
    """
    _remind(student_id)
    return random.Random(f"{str(student_id).strip().lower()}/{question}")


def id_problem(student_id):
    """What is wrong with a student id, in a sentence; an empty text if it looks fine."""
    if not isinstance(student_id, str):
        return 'Your student id belongs between quotes: STUDENT_ID = "...".'
    if not student_id.strip():
        return "STUDENT_ID is empty: write your student id between its quotes, near the top."
    if any(sign.isspace() or sign in "/\\:<>" for sign in student_id.strip()):
        return f"STUDENT_ID is {student_id!r}. Is that your id? Ids have no spaces or slashes."
    return ""


def _remind(student_id, told=[]):  # noqa: B006 (the list remembers the cell that was told last)
    """Say once in a cell that the id is missing, so that its numbers are nobody's."""
    shell, problem = _shell(), id_problem(student_id)
    if shell is not None and problem and told != [shell.execution_count]:
        told[:] = [shell.execution_count]
        print(f"○ {problem}\n  Then run this cell again: its numbers are not yours yet.\n")


# ------------------------------------------------------------------------ checks


class NotYet(Exception):
    """An answer is missing or not right yet: how ``nbgrader validate`` learns of it."""

    def _render_traceback_(self):  # sentences instead of a page of frames
        return [str(self)]


class Example(NamedTuple):
    """What came out for one example of a check."""

    state: str
    text: str  # what must hold, in words
    told: str  # what the student's code does instead
    hint: str
    form: bool  # only the form of the answer was looked at


class Check:
    """Looks at one answer with small examples and says what is right and what is not yet.

    >>> check = Check("double")
    >>> check.equal("double(2) is 4", lambda: 2 * 2, 4)
    >>> check.done()
    ✓ double: the example is right.
        ✓ double(2) is 4
          Hidden checks look at more cases: read the contract once more.
    """

    def __init__(self, question):
        self.question = question
        self.examples = []

    def equal(self, text, answer, expected, hint=""):
        """``answer()`` must give ``expected``; ``text`` says so in words."""
        self._look(text, answer, lambda got: _unequal(got, expected), hint)

    def close(self, text, answer, expected, hint=""):
        """Like ``equal``, for arrays: the same shape, and numbers equal up to rounding."""
        self._look(text, answer, lambda got: _far(got, expected), hint)

    def true(self, text, answer, hint=""):
        """``answer()`` must be true; ``text`` says what that means."""
        self._look(text, answer, _untrue, hint)

    def form(self, text, answer, hint=""):
        """Like ``true``, where only the form is looked at: a choice is made, a number is there."""
        self._look(text, answer, _untrue, hint, form=True)

    def _look(self, text, answer, fault, hint, form=False):
        try:
            told = fault(answer())
            state = DONE if told is None else WRONG
        except Exception as error:
            state, told = _explain(error, answer)
        self.examples.append(Example(state, text, told or "", hint, form))

    def done(self):
        """Show what came out. A program that runs the notebook for nbgrader gets an error too."""
        state = _state([example.state for example in self.examples])
        headline, advice = _headline(state, self.examples)
        results[self.question] = state
        rows = [*self._rows()] if state in (DONE, BEGUN, WRONG) else []
        rows += [(None, advice)] if advice else []
        box = _Box(state, f"{self.question}: {headline}", rows)
        _show(box)
        if state != DONE and "NBGRADER_EXECUTION" in os.environ:
            raise NotYet(str(box))

    def _rows(self):
        """The examples; below one that is wrong, what the code does and what to try."""
        before = None
        for example in self.examples:
            yield example.state, example.text
            if example.state == WRONG:
                told = "The same happens." if example.told == before != "" else example.told
                before = example.told
                advice = " ".join(part for part in (told, example.hint) if part)
                yield from [(None, advice)] if advice else []
            elif example.state == UNRUN:
                yield None, example.told


def _state(states):
    if WRONG in states:
        return WRONG
    if DONE not in states:
        return OPEN if OPEN in states else UNRUN
    return DONE if set(states) == {DONE} else BEGUN


def _headline(state, examples):
    """How it stands, and what to do next."""
    count, right = len(examples), sum(example.state == DONE for example in examples)
    if state == DONE and all(example.form for example in examples):
        return "filled in.", "This looks at the form only; the hidden checks look at your choices."
    if state == DONE:
        which = {1: "the example is", 2: "both examples are"}
        return f"{which.get(count, f'all {count} examples are')} right.", HIDDEN
    if state == WRONG:
        return "not right yet" + (f": {right} of {count} examples right." if count > 1 else "."), ""
    if state == BEGUN:
        return f"begun: {right} of {count} examples right, the others have no answer yet.", ""
    if state == UNRUN:
        why = examples[0].told
        return "not run yet.", f"{why} Run the cell with your answer, then this cell again."
    return (
        "not attempted yet.",
        f"Write your answer in place of {STUB} in the cell above, run that cell, then this one.",
    )


# ------------------------------------------------------------------------ what is not right


def _untrue(got):
    return None if bool(got) else ""


def _unequal(got, expected):
    if got is None:
        return "Your function returns nothing: is there a return in it?"
    a, b = _array(got), _array(expected)
    if a is not None and b is not None and np.array_equal(a, b):
        return None
    return f"Your code gives {_short(got)}, not {_short(expected)}."


def _far(got, expected):
    if got is None:
        return "Your function returns nothing: is there a return in it?"
    a, b = _array(got, float), _array(expected, float)
    if a is None:
        return f"Your code gives {_short(got)}, which is not an array of numbers."
    if a.shape != b.shape:
        if not b.ndim:
            return f"Your result is an array of shape {a.shape}, not one number."
        if not a.ndim:
            return f"Your result is one number, not an array of shape {b.shape}."
        return f"Your result has the shape {a.shape}, not {b.shape}."
    wrong = np.argwhere(~np.isclose(a, b, rtol=1e-4, atol=1e-6))
    if not len(wrong):
        return None
    place = tuple(int(n) for n in wrong[0])
    where = f"At {list(place)} your result is" if place else "Your code gives"
    return f"{where} {a[place] + 0.0:.6g}, not {b[place] + 0.0:.6g}."  # 0, never -0


def _array(value, dtype=None):
    """The value as an array, or None. Tensors may need a gradient or lie on a GPU."""
    try:
        return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value, dtype)
    except (TypeError, ValueError):
        return None


def _explain(error, answer):
    """State and sentence for an exception that came out of ``answer()``."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    yours = [  # frames of the notebook's own functions, outside the check cell
        (frame, line)
        for frame, line in frames
        if frame.f_globals is answer.__globals__
        and frame.f_code.co_filename != answer.__code__.co_filename
    ]
    if _is_missing(error):
        return OPEN, ""
    if isinstance(error, NameError) and not yours:
        return UNRUN, f"There is no {getattr(error, 'name', None) or 'answer'} yet."
    told = f"Your code stops with {type(error).__name__}: {_short(str(error), repr=str)}"
    if yours:
        frame, line = yours[-1]
        return WRONG, f"{told} (line {line} of the cell that defines {frame.f_code.co_name})."
    if "NoneType" in str(error):
        return WRONG, "There is a None where a value is needed: does your function return it?"
    reason = f"{type(error).__name__}: {_short(str(error), repr=str)}"
    return WRONG, f"Your answer does not fit here ({reason}). Has it the form the text asks for?"


def _is_missing(error):
    """Whether an exception only says that an answer is not written yet."""
    if not isinstance(error, NotImplementedError):
        return False
    *_, (last, _) = traceback.walk_tb(error.__traceback__)
    return not str(error) or last.f_globals.get("__name__") == "lesson"


def _short(value, repr=repr):
    value = value.item() if isinstance(value, np.generic) else value  # 0.0, not np.float64(0.0)
    text = " ".join(repr(value).split())
    return text if len(text) < 120 else text[:117] + "..."


# ------------------------------------------------------------------------ the last cell


def summary(*questions):
    """Say for each question of the notebook what its check said last, and what to do next."""
    said = {name: results.get(name, UNRUN) for name in questions}
    rows = [(state, f"{name}: {state}") for name, state in said.items()]
    left = [name for name, state in said.items() if state != DONE]
    problem = id_problem(getattr(sys.modules["__main__"], "STUDENT_ID", ""))
    if problem:
        rows.append((OPEN, problem))
    if left:
        rows.append((None, f"Next: {left[0]}."))
    else:
        rows.append((None, HIDDEN))
    rows.append((None, "Written answers, if there are any, are read by a person, not by a check."))
    state = DONE if not left and not problem else BEGUN
    title = f"{len(questions) - len(left)} of {len(questions)} checks are done"
    _show(_Box(state, title, rows))


# ------------------------------------------------------------------------ how it is shown


class _Box:
    """A headline and rows of (state or None, text): HTML in a notebook, plain text elsewhere."""

    def __init__(self, state, title, rows):
        self.state, self.title, self.rows = state, title, rows

    def __repr__(self):
        return "\n".join([f"{SIGNS[self.state]} {self.title}", *map(_line, self.rows)])

    def _repr_html_(self):
        body = "".join(map(_html_row, self.rows))
        return (
            f'<div style="border-left: 4px solid {COLOURS[self.state]}; padding: 0.2em 0.8em; '
            f'max-width: 50em; line-height: 1.5"><div>{_html_sign(self.state)} '
            f"<b>{html.escape(self.title)}</b></div>{body}</div>"
        )


def _line(row):
    state, text = row
    return f"    {SIGNS[state]} {text}" if state else f"      {text}"


def _html_sign(state):
    return f'<span style="color: {COLOURS[state]}; font-weight: bold">{SIGNS[state]}</span>'


def _html_row(row):
    state, text = row
    sign = _html_sign(state) + " " if state else ""
    indent = "1.2em" if state else "2.4em"
    return f'<div style="padding-left: {indent}">{sign}{html.escape(text)}</div>'


def _show(box):
    if _shell() is None:
        print(box)
    else:
        from IPython.display import display

        display(box)


def _shell():
    """The IPython shell that runs this notebook, or None in a plain Python program."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


# ------------------------------------------------------------------------ unwritten answers

# The same name and text as the original, so that other programs see what happened.
_Missing = type("NotImplementedError", (NotImplementedError,), {})


def _say_what_is_missing(shell, kind, error, frames, tb_offset=None):
    """One sentence where a cell needs an answer that is not written yet, not a traceback."""
    if not _is_missing(error):
        shell.showtraceback((kind, error, frames), tb_offset=tb_offset)
        return
    *_, (last, _) = traceback.walk_tb(frames)
    name = last.f_code.co_name
    sentence = f"○ Not answered yet. Write your answer here, and delete the line {STUB}."
    if last.f_globals.get("__name__") == "lesson":
        sentence = "○ This cell needs an answer above that is not written yet."
    elif name != "<module>":
        sentence = f"○ This cell needs {name}, which has no answer yet."
    missing = _Missing(str(error))
    missing._render_traceback_ = lambda: [sentence]
    shell.showtraceback((_Missing, missing, frames), tb_offset=tb_offset)


if _shell() is not None:
    _shell().set_custom_exc((NotImplementedError,), _say_what_is_missing)
