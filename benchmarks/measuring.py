"""Run a command and say what it cost."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Cost", "FailedError", "Pairs", "measure_in_turn", "typical"]


class FailedError(Exception):
    """A measured command ended with an error; its last line on standard error says why."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds on the clock, seconds of all its threads, and bytes at the peak.

    The peak is never below that of this process: what a child process inherits before it becomes
    another program counts too.
    """

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Runs of two commands, taken in turn."""

    ours: tuple[Cost, ...]
    theirs: tuple[Cost, ...]

    def ratios(self, what: str) -> list[float]:
        """How many times as much of ``what`` (a field of Cost) theirs took, pair by pair."""
        return sorted(
            getattr(theirs, what) / getattr(ours, what)
            for ours, theirs in zip(self.ours, self.theirs, strict=True)
        )


def _measure(command: Sequence[str | Path], errors: Path, *, says_seconds: bool) -> Cost:
    """Run a command to its end, its standard output thrown away. Raises :class:`FailedError`.

    With ``says_seconds`` its last line says how long the part took that is compared.
    """
    with errors.open("wb") as said, tempfile.TemporaryFile() as printed:
        begin = time.perf_counter()
        out = printed if says_seconds else subprocess.DEVNULL
        child = subprocess.Popen(command, stdout=out, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if says_seconds and not child.returncode:
            printed.seek(0)
            wall = float(printed.read().splitlines()[-1].removeprefix(b"seconds "))
    if child.returncode:
        lines = errors.read_text(errors="replace").strip().splitlines()
        why = lines[-1] if lines else f"status {child.returncode}"
        raise FailedError(f"{' '.join(map(str, command))}: {why}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def measure_in_turn(
    ours: Sequence[str | Path],
    theirs: Sequence[str | Path] | None,
    *,
    pairs: int,
    warm_up: bool,
    errors: Path,
    says_seconds: bool = False,
) -> Pairs:
    """Run both commands in turn, after one run of each that does not count.

    With ``says_seconds`` the time on the clock is what both say, not that of the whole process.
    """
    commands = [command for command in (ours, theirs) if command]
    costs: list[list[Cost]] = [[] for _ in commands]
    for turn in range(pairs + warm_up):
        for command, taken in zip(commands, costs, strict=True):
            cost = _measure(command, errors, says_seconds=says_seconds)
            if turn >= warm_up:
                taken.append(cost)
    return Pairs(*map(tuple, costs)) if theirs else Pairs(tuple(costs[0]), ())


def typical(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(*(median(getattr(cost, what) for cost in costs) for what in Cost.__slots__))
