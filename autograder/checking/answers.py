"""Reads what a student wrote, however it is written: a number, a side, letters, one word.

Every unit reads with these functions, so that an answer that is understood in one of them is
understood in all. They take decoded values, never raise on bad input, and look at no more than
the first :data:`LONGEST` characters of a text, once from left to right. What cannot be read
gives None (numbers, letters) or is handed back as it came (words), so that a message can show it.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.checking.comparisons import fail
from autograder.checking.messages import show
from autograder.checking.notebook import StudentNotebook
from autograder.checking.probes import probe
from autograder.checking.values import as_array
from autograder.errors import StudentError
from autograder.sandbox_inside.codec import Opaque

LONGEST = 1000  # characters of a text
DIGITS = 40  # characters of a number
AROUND = " \t\r\n.,;:!?()[]{}\"'`"
NEGATIONS = frozenset({"no", "not", "nor", "never", "cannot"})


def answered(value: Any, sentence: str) -> Any:
    """The value; fails with the sentence where nothing was answered.

    Nothing is None, a blank text, and an empty list, set or dict.
    """
    if is_blank(value) or (isinstance(value, (list, tuple, dict, set)) and not value):
        fail(sentence)
    return value


def is_blank(value: Any) -> bool:
    """Whether nothing was written: None, or a text of nothing but spaces."""
    return value is None or (isinstance(value, str) and not value.strip())


# ----------------------------------------------------------------- numbers


def scalar(value: Any) -> int | float | None:
    """The number that a value carries: a number or an array, tensor or list of one. No text.

    For what a function returns. A truth value is no number.
    """
    if type(value) is int:  # of any size
        return value
    array = as_array(value)
    if array is None or array.size != 1 or array.dtype.kind not in "iuf":
        return None
    number: int | float = array.item()
    return number


def number(value: Any) -> int | float | None:
    """The number that was written: as :func:`scalar`, or as a text like ``" 0.75 "``."""
    return _number_of_text(value) if isinstance(value, str) else scalar(value)


def whole(value: Any, *, text: bool = True) -> int | None:
    """The whole number that was written (3, 3.0, ``"3"``); None for 2.5.

    With ``text=False`` a text is no number, as for what a function returns.
    """
    found = neat(number(value) if text else scalar(value))
    return found if type(found) is int else None


def neat(found: int | float | None) -> int | float | None:
    """7.0 as 7: how a whole number is stored does not matter here."""
    return int(found) if type(found) is float and found.is_integer() else found


def side(value: Any) -> int | float | None:
    """The side of a square, as 7, 7.0, ``"7"``, ``"7×7"`` or (7, 7); whole ones as ints."""
    if isinstance(value, str):
        value = value[:LONGEST].lower().replace("×", "x").replace("*", "x").split("x")
    if isinstance(value, (list, tuple)):
        sides = [number(item) for item in value[:3]]
        value = sides[0] if len(sides) in (1, 2) and len(set(sides)) == 1 else None
    found = scalar(value)
    return neat(found) if found is not None and abs(found) < math.inf else None


def numbers(value: Any) -> tuple[int, ...]:
    """All whole numbers that were chosen, in their order: ``(2, 5)``, ``"2 and 5"``, {2: True}.

    Reads keys too: ``numbers("3->64") == numbers((3, 64)) == (3, 64)``.
    """
    array = as_array(value)
    if array is not None:
        value = array.ravel().tolist()
    items = _chosen(value)
    texts = [item if isinstance(item, str) else str(neat(item)) for item in items]
    return tuple(int(run) for text in texts for run in re.findall(r"\d+", text[:LONGEST]))


def number_or_fail(value: Any, name: str) -> float:
    """The number that was written, as a float; fails with a sentence that names it."""
    found = number(value)
    if found is None:
        fail(f"{name} should be a number, got {show(value)}.")
    try:
        return float(found)
    except OverflowError:
        return fail(f"{name} is too large a number.")


def number_in(student: StudentNotebook, name: str) -> float:
    """The number that a variable holds; a Fraction or Decimal is turned into one over there."""
    value = student.value(name)
    if isinstance(value, Opaque):
        with contextlib.suppress(StudentError):
            value = student.run(_as_float, name)
    return number_or_fail(value, name)


def _number_of_text(text: str) -> int | float | None:
    text = text[:LONGEST].strip()
    if len(text) > DIGITS or not any(map(str.isdigit, text)):  # "nan" is no answer
        return None
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            found: int | float = kind(text)
            return found if math.isfinite(found) else None
    return None


# ----------------------------------------------------------------- letters


def letters(value: Any, options: Iterable[str] | Mapping[str, str]) -> list[str] | None:
    """The chosen letters in their order: ``["a", "C"]``, ``"A, C"``, ``"(a) and (c)"``, ``"AC"``.

    ``options`` are the letters, or a dict from them to the text of each option, which counts as
    its letter. A dict of truth values and a set will do too. A word that is not made of these
    letters stays a word, so that a message can name it. None where the value is of another kind.
    """
    texts = _texts(value)
    if texts is None:
        return None
    keys = list(options)
    known = {key.lower(): key for key in keys}
    spelled = {plain(text): key for key, text in _items(options)}
    unknown = str.lower if all(map(str.islower, keys)) else str.upper
    found: list[str] = []
    for text in texts:
        if plain(text) in spelled:
            found.append(spelled[plain(text)])
            continue
        for one in re.findall(r"\w+", text[:LONGEST].lower().replace("_", " ")):
            if one in known:
                found.append(known[one])
            elif set(one) <= known.keys():
                found += [known[letter] for letter in one]
            elif one != "and":
                found.append(unknown(one))
    return found


def letter(value: Any, options: Iterable[str] | Mapping[str, str]) -> Any:
    """The one letter that was chosen (``"b"``, ``"(B)"``); the value itself where it is unclear."""
    keys = list(options)
    found = letters(value, options) or []
    return found[0] if len(found) == 1 and found[0] in keys else value


def letters_in(
    student: StudentNotebook, name: str, options: Iterable[str] | Mapping[str, str]
) -> list[str] | None:
    """The letters that a variable holds; an array of texts is turned into a list over there."""
    value = student.value(name)
    if isinstance(value, Opaque):
        with contextlib.suppress(StudentError):
            value = student.run(_as_texts, name)
    return letters(value, options)


def _texts(value: Any) -> list[str] | None:
    if not isinstance(value, (str, dict, list, tuple, set, frozenset)):
        return None
    return [item if isinstance(item, str) else str(item) for item in _chosen(value)]


def _chosen(value: Any) -> list[Any]:
    """The items of a select-all answer: a list, a set, a dict of truth values, or one item."""
    if isinstance(value, dict):
        return [item for item, chosen in value.items() if _is_true(chosen)]
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def _is_true(value: Any) -> bool:
    array = as_array(value)
    return bool(value) if array is None else bool(array.size and array.any())


def _items(options: Iterable[str] | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return options.items() if isinstance(options, Mapping) else ()


# ----------------------------------------------------------------- words


def plain(value: Any) -> Any:
    """A text without case, hyphens, double spaces and what stands around it; others as they are."""
    if not isinstance(value, str):
        return value
    text = value[:LONGEST].lower().replace("-", " ").replace("_", " ")
    return " ".join(text.split()).strip(AROUND)


def word(value: Any, forms: Iterable[str] | Mapping[str, str]) -> Any:
    """The one option that a text means; the value itself where that is not clear.

    ``forms`` are the options, or a dict from the beginning of a form to its option, such as
    ``{"overfit": "overfit", "val": "validation"}``. The text is a form, or holds words that begin
    with forms of exactly one option and no negation: "the Validation set" is "validation";
    "not stack" and "stack or single" are neither.
    """
    if not isinstance(value, str):
        return value
    table = dict(forms) if isinstance(forms, Mapping) else {form: form for form in forms}
    table = {plain(form): option for form, option in table.items() if plain(form)}
    text = plain(value)
    if text in table:
        return table[text]
    found = {option for form, option in table.items() if _begins(text, form)}
    return found.pop() if len(found) == 1 and not _negated(text) else value


def _begins(text: str, form: str) -> bool:
    together = text.replace(" ", "").startswith(form.replace(" ", ""))  # "over-fitting"
    return together or f" {form}" in f" {text}"


def _negated(text: str) -> bool:
    return "n't" in text or "n’t" in text or not NEGATIONS.isdisjoint(re.findall(r"\w+", text))


@probe
def _as_float(student: object, name: str) -> float:
    return float(getattr(student, name))


@probe
def _as_texts(student: object, name: str) -> list[str]:
    return [str(item) for item in getattr(student, name)]
