"""Runs a unit's hidden graders with pytest, in this trusted process, and collects results.

A pytest function marked with ``question`` is one check; its parametrized cases belong to
it, and the first case that fails decides its message; a case of ``cases`` is a check of its own,
with its own title. What is not a plain pass or a
:class:`~autograder.errors.CheckFailed` is an error: the check could not be judged.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from autograder.checking.notebook import StudentNotebook
from autograder.checking.questions import QuestionMark, Rubric
from autograder.checking.titled_cases import MARK
from autograder.course.results import CheckResult, Status
from autograder.course.unit import Unit
from autograder.errors import CourseError, GraderBroken, PreloadedDied
from autograder.judging import grader_modules
from autograder.judging.judgement import Judgement, result_of, rubrics_of
from autograder.judging.stopwatch import Around, unwatched

COLLECTED = 8  # graders kept ready in one process; a course has a few units

Key = tuple[str, str, str]  # the file, the function and the case of a check
Checks = dict[Key, CheckResult]

OPTIONS = [
    "--import-mode=importlib",
    "--assert=plain",  # a student never reads a rewritten assertion, and it costs time
    "--noconftest",
    "--strict-markers",
    "-pno:cacheprovider",
    "-pno:terminal",
    "-pno:capture",
    "-pno:logging",
    "-pno:junitxml",
    "-pno:doctest",
    "-pno:warnings",
    "-pno:unraisableexception",
    "-pno:threadexception",
    "-pno:faulthandler",
    "-pno:stepwise",
]


def judge(
    unit: Unit,
    student: StudentNotebook,
    seed: int,
    only: Collection[str] = (),
    around: Around = unwatched,
) -> Judgement:
    """Run the checks of the unit against a student; ``only`` those of these questions, if any.

    Each case is run inside ``around(check)``. Raises GraderBroken if none can run.
    """
    grader = ready(unit)
    checks = {k: c for k, c in grader.not_run.items() if not only or c.question in only}
    grader.begin(unit, student, seed, checks, around)
    for number in range(len(grader)):
        if grader.key(number) in checks:
            grader.run(number)
    return grader.judgement


def ready(unit: Unit) -> Grader:
    """The unit's grader, in a process that computes with one thread. Raises GraderBroken."""
    grader = _collected(unit)  # it may load libraries that compute with threads of their own
    one_thread(unit.runtime.tensors)
    return grader


@cache
def one_thread(tensors: str) -> None:
    """Let this process compute with one thread, as the kernels do.

    Two threads beside a busy worker spin for their turn, and change the last bits of sums.
    """
    if tensors:
        import_module(tensors).set_num_threads(1)
    threadpool_limits(1)


def list_checks(unit: Unit) -> Judgement:
    """The checks of a unit, none of them run (their status is ``error``)."""
    grader = _collected(unit)
    return Judgement(tuple(grader.not_run.values()), grader.rubrics)


def _collected(unit: Unit) -> Grader:
    """The unit's checks as pytest finds them, ready to be run again and again."""
    try:
        digest = unit.digest
    except CourseError as error:
        raise GraderBroken(str(error)) from None
    order = tuple(question.id for question in unit.questions)
    return _collect(unit.graders, unit.name, digest, order)


@lru_cache(maxsize=COLLECTED)
def _collect(folder: Path, unit: str, digest: str, order: tuple[str, ...]) -> Grader:
    """Collect once: it takes as long as running all the checks."""
    modules = grader_modules.load(folder, unit, digest)
    grader = Grader(unit, modules)
    own = folder / unit
    paths = [str(path) for path in sorted(own.glob("test_*.py"))]
    arguments = [*paths, f"--rootdir={own}", f"-c{os.devnull}", *OPTIONS]
    with _no_plugins_from_outside():
        status = pytest.main(arguments, plugins=[grader]) if paths else pytest.ExitCode.OK
    if grader.broken:
        raise GraderBroken(grader.broken)
    if status != pytest.ExitCode.OK:
        raise GraderBroken(f"pytest ended with {status!r} for the checks of {unit}.")
    grader.sort(order)
    return grader


@contextlib.contextmanager
def _no_plugins_from_outside() -> Iterator[None]:
    """Installed pytest plugins and the caller's PYTEST_ADDOPTS must not change a verdict."""
    names = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in [*names, "PYTEST_CURRENT_TEST"]}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


class Grader:
    """The pytest plugin: keeps the collected checks, gives the fixtures, takes the results."""

    def __init__(self, name: str, modules: Mapping[Path, ModuleType]) -> None:
        self._name, self._modules = name, modules
        self._items: list[pytest.Item] = []
        self.not_run: Checks = {}
        self.rubrics: Mapping[str, Sequence[Rubric]] = rubrics_of(modules)
        self.broken = ""

    def sort(self, questions: Sequence[str]) -> None:
        """Run and list the checks in the order of the notebook's questions, not of the files."""
        order = {name: number for number, name in enumerate(questions)}
        last = len(order)
        self._items.sort(key=lambda item: order.get(self.not_run[_key(item)].question, last))
        self.not_run = {_key(item): self.not_run[_key(item)] for item in self._items}

    def begin(
        self,
        unit: Unit,
        student: StudentNotebook,
        seed: int,
        checks: Checks,
        around: Around = unwatched,
    ) -> None:
        """Another student, and what is known of the checks so far; then ``run`` one by one."""
        self._unit, self._student, self._seed, self._around = unit, student, seed, around
        self._checks = dict(checks)

    def __len__(self) -> int:
        """The number of cases; a check has one or several."""
        return len(self._items)

    def key(self, number: int) -> Key:
        """The check that a case belongs to."""
        return _key(self._items[number])

    def run(self, number: int) -> CheckResult:
        """Run one case, and return what is then known of its check."""
        wanted = (item for item in self._items[number + 1 :] if _key(item) in self._checks)
        self._run(self._items[number], next(wanted, None))
        return self._checks[self.key(number)]

    @property
    def judgement(self) -> Judgement:
        """What is known of all checks."""
        return Judgement(tuple(self._checks.values()), self.rubrics)

    def _run(self, item: pytest.Item, following: pytest.Item | None) -> None:
        """One case: its fixtures, the check, its fixtures again.

        It is what pytest's ``runtestprotocol`` does, but for the reports, which nobody reads.
        Once a case of a check has failed or broken, its other cases are not run.
        """
        state, hook = self._checks[_key(item)], item.config.hook
        if state.status is Status.FAILED or state.detail:
            item.session._setupstate.teardown_exact(following)  # its file may end here
            return
        assert isinstance(item, pytest.Function)
        item._initrequest()  # forget the fixtures of an earlier student
        error = _raised(lambda: hook.pytest_runtest_setup(item=item))
        if error is None:
            error = _raised(lambda: self._call(item, state))
        after = _raised(lambda: hook.pytest_runtest_teardown(item=item, nextitem=following))
        item.funcargs.clear()  # nothing of this student stays
        self._checks[_key(item)] = result_of(state, after if error is None else error)

    def _call(self, item: pytest.Item, check: CheckResult) -> None:
        with self._around(check):
            item.config.hook.pytest_runtest_call(item=item)

    # ------------------------------------------------------------- fixtures

    @pytest.fixture
    def student(self) -> StudentNotebook:
        """The student's executed notebook."""
        return self._student

    @pytest.fixture
    def lesson(self) -> ModuleType:
        """The unit's lesson.py, as released with the notebook."""
        return self._unit.lesson

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """A random generator of this check's own; a regrade with the same seed repeats it."""
        return np.random.default_rng([self._seed, zlib.crc32(request.node.name.encode())])

    # ---------------------------------------------------------------- hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", f"{MARK}(title): a case that is a check of its own")

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> Any:
        """The module as it was imported: with its neighbours, under a name of its own."""
        module = pytest.Module.from_parent(parent, path=module_path)
        module.obj = self._modules[module_path]
        return module

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = f"{self._name} cannot be loaded: {report.longreprtext}"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            function = getattr(item, "function", None)
            mark = getattr(function, "__autograder_question__", None)
            if not isinstance(mark, QuestionMark):
                file = f"{self._name}/{item.path.name}"
                self.broken = (
                    f'{file}: {item.name} names no @question("…"). Helpers are not called test_….'
                )
                continue
            text = _case(item) or getattr(function, "__doc__", None) or item.name
            title = text.strip().splitlines()[0]
            self.not_run.setdefault(
                _key(item),
                CheckResult(mark.id, title, Status.ERROR, mark.weight, "This check did not run."),
            )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep the checks instead of running them: nobody has been asked yet."""
        self._items = session.items
        return True


def _raised(phase: Callable[[], Any]) -> BaseException | None:
    """What a phase of a case raised, pytest's own outcomes (skip, fail) included."""
    call = pytest.CallInfo.from_call(phase, when="call", reraise=(KeyboardInterrupt, PreloadedDied))
    return call.excinfo.value if call.excinfo else None


def _key(item: pytest.Item) -> Key:
    """Which check this is a case of."""
    name = getattr(item, "originalname", None) or item.name
    return item.path.name, name, _case(item)


def _case(item: pytest.Item) -> str:
    """The title of a case that is a check of its own; else nothing."""
    mark = item.get_closest_marker(MARK)
    return str(mark.args[0]) if mark else ""
