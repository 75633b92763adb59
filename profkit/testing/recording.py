"""Recording tests, and failing those that cost more than they did."""

from __future__ import annotations

import contextlib
import inspect
import sys
import tempfile
import time
import unittest
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from profkit.errors import ProfkitError, UsageError
from profkit.gate.verdict import Outcome
from profkit.render.escape import escape
from profkit.testing.sampler import Sampler
from profkit.testing.storing import Run, Store

if TYPE_CHECKING:
    import os
    from collections.abc import Generator, Iterator

    from profkit.gate.verdict import Verdict

__all__ = ["Recording"]

RUNS = 5
SECONDS = 1.0
_MOST_WAITING = 20
"""A run of a test that mostly waits ends after so many times its seconds on the clock."""

_PROPERTY = "profkit"
_STORED, _NEW, _LEFT = "stored", "no baseline", "left out"


class _Asked(NamedTuple):
    """What a marker asks for."""

    runs: int = RUNS
    seconds: float = SECONDS


class _Recorder:
    """A test's runs: what the fixture gives, and what the marker fills."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.runs: list[Run] = []

    @contextlib.contextmanager
    def __call__(self, operations: float = 1) -> Iterator[None]:
        # The frames of contextlib and this one stand between the test and what it records: the
        # sampler leaves them out with the test's own callers.
        sampler = Sampler(sys._getframe(2))  # noqa: SLF001 (the test's own frame)
        with sampler:
            yield
        self.take(sampler, operations)

    def take(self, sampler: Sampler, operations: float) -> None:
        """Keep a run that was sampled; there must be something in it."""
        if not sampler.sample_count:
            raise UsageError("a run took too little CPU time to be sampled")
        path = Path(tempfile.mkdtemp(dir=self._folder)) / "run.speedscope.json"
        sampler.write(path)
        self.runs.append(Run(path, operations))

    def add(self, path: str | os.PathLike[str], operations: float = 1) -> None:
        """Keep a file that another profiler wrote."""
        self.runs.append(Run(Path(path), operations))


class Recording:
    """The part of the plug-in that is there where a baseline is named."""

    def __init__(self, config: pytest.Config, name: str, *, update: bool) -> None:
        try:
            self._store = Store(config.rootpath, name)
        except UsageError as error:
            raise pytest.UsageError(escape(str(error))) from None
        self._name = name
        self._update = update
        self._folder = tempfile.TemporaryDirectory(prefix="profkit-")
        self._recorders: dict[str, _Recorder] = {}

    def recorder(self, test: str) -> _Recorder:
        """Return the recorder of a test."""
        return self._recorders.setdefault(test, _Recorder(Path(self._folder.name)))

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note marked tests that never come to be called by pytest itself."""
        kind = getattr(item, "cls", None)
        is_unittest = isinstance(kind, type) and issubclass(kind, unittest.TestCase)
        if is_unittest and item.get_closest_marker("profkit"):
            _tell(item, _LEFT, "methods of unittest.TestCase cannot be called again")

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        """Call a marked test again after it passed, then compare what was recorded of any."""
        result = yield
        recorder = self._recorders.pop(pyfuncitem.nodeid, None)
        try:
            if marker := pyfuncitem.get_closest_marker("profkit"):
                recorder = recorder or _Recorder(Path(self._folder.name))
                _repeat(pyfuncitem, recorder, _asked(marker))
            if recorder and recorder.runs:
                self._conclude(pyfuncitem, recorder.runs)
        except ProfkitError as error:
            pytest.fail(f"profkit: {escape(str(error))}", pytrace=False)
        return result

    def _conclude(self, item: pytest.Function, runs: list[Run]) -> None:
        if self._update:
            self._store.keep(item.nodeid, runs)
            _tell(item, _STORED, f"{len(runs)} runs")
            return
        verdict = self._store.compare(item.nodeid, runs)
        if verdict is None:
            _tell(item, _NEW, "--profkit-update records one")
            return
        _tell(item, verdict.outcome.value, verdict.reasons[0] if verdict.reasons else "")
        if verdict.outcome is Outcome.REGRESSION:
            pytest.fail(_text(verdict), pytrace=False)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what became of each recorded test."""
        told = [
            (report.nodeid, *str(value).split(": ", 1))
            for reports in terminalreporter.stats.values()
            for report in reports
            if getattr(report, "when", "") == "call"
            for name, value in report.user_properties
            if name == _PROPERTY
        ]
        if not told:
            return
        terminalreporter.section(f"profkit, baseline {escape(self._name)}")
        for test, outcome, words in told:
            terminalreporter.line(f"{outcome:13}  {escape(test)}  {escape(words)}".rstrip())
        counts = Counter(outcome for _, outcome, _ in told)
        summed = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
        terminalreporter.line(f"{len(told)} recorded: {summed}")

    def pytest_unconfigure(self) -> None:
        """Throw the recordings away."""
        self._folder.cleanup()


def _asked(marker: pytest.Mark) -> _Asked:
    wrong = UsageError("the marker is profkit(runs=5, seconds=1), with numbers above 0")
    try:
        asked = _Asked(*marker.args, **marker.kwargs)
    except TypeError:
        raise wrong from None
    numbers = isinstance(asked.runs, int) and isinstance(asked.seconds, int | float)
    if not (numbers and asked.runs > 0 and asked.seconds > 0):
        raise wrong
    return asked


def _repeat(item: pytest.Function, recorder: _Recorder, asked: _Asked) -> None:
    """Call a test's function over and over, and record it; its first call has warmed it up."""
    function: Any = item.obj
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise UsageError("a coroutine is not called again; record within it by profkit_profile")
    arguments = {
        name: item.funcargs[name]
        for name in inspect.signature(function).parameters
        if name in item.funcargs
    }
    for _ in range(asked.runs):
        count = 0
        with Sampler(sys._getframe()) as sampler:  # noqa: SLF001 (what is called from here)
            until = time.thread_time() + asked.seconds
            latest = time.perf_counter() + _MOST_WAITING * asked.seconds
            while not count or (time.thread_time() < until and time.perf_counter() < latest):
                function(**arguments)
                count += 1
        recorder.take(sampler, count)


def _tell(item: pytest.Item, outcome: str, words: str) -> None:
    """Note what became of a test where its report, and JUnit's, carry it, from any process."""
    item.user_properties.append((_PROPERTY, f"{outcome}: {words}"))


def _text(verdict: Verdict) -> str:
    from profkit.render.text import to_text  # noqa: PLC0415 (only where a test fails)
    from profkit.render.verdict import verdict_document  # noqa: PLC0415

    return to_text(verdict_document(verdict))
