"""Waits for a gradebook that is locked or away for a while, and says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential

from autograder.errors import GradebookAway

PATIENCE_S = 300.0  # a server restarts within a minute; a person who looks on need not wait longer
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 10.0
COLLISIONS = 5  # another run added the same student at the same moment: look again, a few times

# What passes by itself: another writer, a network share that is away; not a full disk.
PASSING = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PROTOCOL,
)


def patience(say: Callable[[str], None], patience_s: float = PATIENCE_S) -> Callable[..., Any]:
    """A function that calls ``f(*args)`` until the database lets it, for ``patience_s`` seconds.

    ``f`` must leave nothing half done when it raises. Raises GradebookAway in the end, or at once
    where waiting cannot help; what is no fault of the database's passes through.
    """

    def tell(state: RetryCallState) -> None:
        error = _cause(state)
        if error is not None and not isinstance(error, IntegrityError):
            say(f"The gradebook does not answer ({_short(error)}); trying again.")

    def enough(state: RetryCallState) -> bool:
        if isinstance(_cause(state), IntegrityError):
            return state.attempt_number >= COLLISIONS
        return (state.seconds_since_start or 0.0) >= patience_s

    def give_up(state: RetryCallState) -> None:
        error = _cause(state)
        if isinstance(error, OperationalError):
            raise GradebookAway(
                f"The gradebook has not answered for {patience_s:.0f} seconds ({_short(error)})."
            ) from error
        state.outcome.result()  # type: ignore[union-attr]

    retrying = Retrying(
        retry=retry_if_exception(lambda error: passing(error) is not None),
        wait=wait_exponential(FIRST_WAIT_S, LONGEST_WAIT_S),
        stop=enough,
        before_sleep=tell,
        retry_error_callback=give_up,
    )

    def call(function: Callable[..., Any], *args: Any) -> Any:
        try:
            return retrying(function, *args)
        except OperationalError as error:
            raise GradebookAway(f"The gradebook cannot be used ({_short(error)}).") from error

    return call


def _cause(state: RetryCallState) -> DBAPIError | None:
    error = state.outcome.exception() if state.outcome else None
    return passing(error) if error else None


def passing(error: BaseException) -> DBAPIError | None:
    """The database's own error, where waiting can help; nbgrader wraps some in InvalidEntry."""
    found = error if isinstance(error, DBAPIError) else error.__context__
    if isinstance(found, IntegrityError):
        return found
    if not isinstance(found, OperationalError):
        return None
    code = getattr(found.orig, "sqlite_errorcode", None)
    return found if code is None or code & 0xFF in PASSING else None


def _short(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0][:200]
