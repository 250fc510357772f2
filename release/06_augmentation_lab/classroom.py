"""Small helpers that come with every notebook of this course.

``personal`` draws the numbers of a question from your student id, so that your question is
your own. ``Check`` is what the check cells use: it says in a sentence what is right and what
is not yet. ``summary`` says at the end what is done and what is open.
"""

import random

import numpy as np

DONE, WRONG, OPEN = "done", "not right yet", "not attempted"
SIGNS = {DONE: "✓", WRONG: "✗", OPEN: "○"}
results = {}  # what each check of this notebook said last: {question: (state, sentence)}


def personal(student_id, question):
    """A random generator (``random.Random``) of one student's own for one question.

    The same id and question always give the same numbers, on every machine.
    Upper and lower case and spaces around the id do not matter.
    """
    return random.Random(f"{str(student_id).strip().lower()}/{question}")


class NotYet(Exception):
    """An answer is missing or not right yet. The cell above says what to try next."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]  # one sentence instead of a page of frames


class Check:
    """Looks at one answer with small examples and says what is right and what is not yet.

    >>> check = Check("double")
    >>> check.equal("double(2) is 4", lambda: 2 * 2, 4)
    >>> check.done()
    ✓ double(2) is 4
    """

    def __init__(self, question):
        self.question = question
        self.lines = []  # (state, text, hint)

    def equal(self, text, answer, expected, hint=""):
        """``answer()`` must give ``expected``; ``text`` says so in words."""
        self._look(
            text, answer, lambda got: np.array_equal(np.asarray(got), np.asarray(expected)), hint
        )

    def close(self, text, answer, expected, hint=""):
        """Like ``equal``, for arrays: the same shape, and numbers equal up to rounding."""

        def same(got):
            a, b = np.asarray(got), np.asarray(expected)
            return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-4, atol=1e-6))

        self._look(text, answer, same, hint)

    def true(self, text, answer, hint=""):
        """``answer()`` must be true; ``text`` says what that means."""
        self._look(text, answer, bool, hint)

    def _look(self, text, answer, right, hint):
        try:
            got = answer()
            state, told = (DONE, "") if right(got) else (WRONG, f"Your code gives {_short(got)}.")
        except NotImplementedError:
            state, told = OPEN, ""
        except NameError as error:
            state, told = OPEN, f"{error}: run the cell with your answer first."
        except Exception as error:
            state, told = WRONG, f"Your code stops with {type(error).__name__}: {error}"
        self.lines.append((state, text, " ".join(part for part in (told, hint) if part)))

    def done(self):
        """Print a line for each example; stop with one sentence if the answer is not right yet."""
        states = [state for state, _, _ in self.lines]
        state = OPEN if OPEN in states else WRONG if WRONG in states else DONE
        results[self.question] = state
        if state == OPEN:
            raise NotYet(
                f"○ {self.question} is not attempted yet. Write your answer in the cell above, "
                "run it, then run this cell again."
            )
        for line_state, text, hint in self.lines:
            print(SIGNS[line_state], text)
            if line_state != DONE and hint:
                print("   ", hint)
        if state == WRONG:
            raise NotYet(
                f"✗ {self.question} is not right yet. The lines above say what to look at."
            )


def _short(value):
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."


def summary(*questions):
    """Say for each question of the notebook whether its check is done, wrong or still open."""
    for question in questions:
        state = results.get(question, OPEN)
        print(f"{SIGNS[state]} {question}: {state}")
    done = sum(results.get(question) == DONE for question in questions)
    print(f"\n{done} of {len(questions)} checks are done.", end=" ")
    if done == len(questions):
        print("The hidden checks look at more cases than these; read each contract once more.")
    else:
        print("Go back to the first line without ✓.")
