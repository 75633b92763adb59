"""The plug-in for pytest: options, a marker and a fixture, and nothing more until they are used.

pytest loads this module in every project that has profkit installed, whether it is wanted or not;
so it imports nothing. What records and compares is in :mod:`profkit.testing`.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    import os
    from contextlib import AbstractContextManager

__all__ = ["Recorder", "profkit_profile", "pytest_addoption", "pytest_configure"]

RECORDING = "profkit-recording"


class Recorder(Protocol):
    """What the fixture ``profkit_profile`` gives: a test's runs, to be compared when it is over."""

    def __call__(self, operations: float = 1) -> AbstractContextManager[None]:
        """Record what is done within a ``with`` as one run of so many units of work."""
        raise NotImplementedError

    def add(self, path: str | os.PathLike[str], operations: float = 1) -> None:
        """Take a profile that another profiler has written as one run."""


class _Idle:
    """A recorder that records nothing: none was asked for."""

    def __call__(self, operations: float = 1) -> AbstractContextManager[None]:  # noqa: ARG002
        return contextlib.nullcontext()

    def add(self, path: str | os.PathLike[str], operations: float = 1) -> None:
        pass


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("profkit", "CPU cost of tests")
    group.addoption(
        "--profkit-baseline",
        metavar="NAME",
        help="Record tests that are marked profkit or use profkit_profile, and fail those that "
        "cost more CPU time than this baseline.",
    )
    group.addoption(
        "--profkit-update",
        action="store_true",
        help="Store what is recorded as the baseline, in place of comparing with it.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and record where that is asked for."""
    config.addinivalue_line(
        "markers",
        "profkit(runs=5, seconds=1): with --profkit-baseline, call the test again and again, "
        "record so many runs of so many seconds of CPU time, and compare them with the baseline.",
    )
    name = config.getoption("profkit_baseline")
    if name:
        from profkit.testing.recording import Recording  # noqa: PLC0415 (only where asked for)

        recording = Recording(config, name, update=bool(config.getoption("profkit_update")))
        config.pluginmanager.register(recording, RECORDING)
    elif config.getoption("profkit_update"):
        raise pytest.UsageError("--profkit-update needs --profkit-baseline NAME")


@pytest.fixture
def profkit_profile(request: pytest.FixtureRequest) -> Recorder:
    """Give what records parts of a test, each as one run.

    It is called for a context: ``with profkit_profile(): ...``. Without ``--profkit-baseline``
    nothing is recorded.
    """
    recording = request.config.pluginmanager.get_plugin(RECORDING)
    return recording.recorder(request.node.nodeid) if recording else _Idle()
