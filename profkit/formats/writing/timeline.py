"""When each sample begins and how long it lasts, where samples follow one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.formats.writing.contents import time_type
from profkit.profile import ABSENT, COUNT

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile, Thread

    Ints = npt.NDArray[np.int64]

__all__ = ["Timeline", "lay_out", "weights"]

_MILLISECOND = 10**6
_MICROSECOND = 10**3
# A thread that has no sample for so many of the usual intervals was not sampled in between.
_LONGEST = 10
_LARGEST = 2.0**62


@dataclass(frozen=True, slots=True)
class Timeline:
    """Spans that follow one another without a hole; columns of shape ``(spans,)``.

    ``row`` is the sample that a span stands for, -1 while nothing was sampled; ``begin`` and
    ``duration`` are nanoseconds.
    """

    row: Ints
    begin: Ints
    duration: Ints

    @property
    def start(self) -> int:
        """When the first span begins; 0 where there is none."""
        return int(self.begin[0]) if len(self.begin) else 0

    @property
    def end(self) -> int:
        """When the last span ends; 0 where there is none."""
        return int(self.begin[-1] + self.duration[-1]) if len(self.begin) else 0


def weights(profile: Profile, thread: Thread, value_type: int) -> Ints:
    """Return a value of a thread's samples. Raises :class:`UsageError` where one is negative."""
    column = thread.samples.values[:, value_type]
    if (column < 0).any():
        raise UsageError(
            f"{profile.value_types[value_type].type} has negative values, as differences have; "
            "only pprof and firefox hold those"
        )
    return column


def lay_out(profile: Profile, thread: Thread, value_type: int | None = None) -> Timeline:
    """Say when the samples of a thread begin, and how long they last.

    A sample lasts as long as its value says, where that is a time; else until the next one; else,
    without any times, as many of the usual intervals (or milliseconds) as its value says. Where
    values and times differ a little, values win, and samples follow one another.

    Raises :class:`UsageError` where values are negative, or too large to be times.
    """
    time = thread.samples.time
    timed = time_type(profile, value_type)
    if timed is not None:
        duration = weights(profile, thread, timed)
    elif time is not None:
        return _until_next(profile, time)
    else:
        duration = _scaled(profile, thread, value_type or 0)
    if time is None:
        begin = (profile.meta.start_time or 0) + np.cumsum(duration) - duration
        return Timeline(np.arange(len(duration)), begin, duration)
    return _one_after_the_other(time, duration, profile.meta.interval)


def _scaled(profile: Profile, thread: Thread, value_type: int) -> Ints:
    column = weights(profile, thread, value_type)
    kind = profile.value_types[value_type]
    unit = (profile.meta.interval or _MILLISECOND) if kind.unit == COUNT else _MICROSECOND
    if float(column.sum(dtype=np.float64)) * unit >= _LARGEST:
        raise UsageError(f"the values of {kind.type} are too large to be drawn as time")
    return column * unit


def _until_next(profile: Profile, time: Ints) -> Timeline:
    gap = np.diff(time)
    usual = profile.meta.interval or (int(np.median(gap)) if len(gap) else _MILLISECOND)
    limit = _LONGEST * usual
    duration = np.append(np.where(gap > limit, usual, gap), usual if len(time) else [])
    return _one_after_the_other(time, duration.astype(np.int64), usual)


def _one_after_the_other(time: Ints, duration: Ints, interval: int | None) -> Timeline:
    """Let each sample begin where the one before ends, or at its time where a hole is before it.

    Where samples overlap, values and times do not agree to the last, and only what is long in
    itself, and longer than the sample before, is a hole.
    """
    positive = duration[duration > 0]
    usual = interval or (int(np.median(positive)) if len(positive) else 0)
    hole = np.diff(time) - duration[:-1]
    overlaps = bool((hole < 0).any())
    least = np.maximum(duration[:-1], _LONGEST * usual) if overlaps else 0
    is_late = np.append(False, hole > least)
    rows: list[int] = []
    begins: list[int] = []
    durations: list[int] = []
    end = int(time[0]) if len(time) else 0
    spans = zip(time.tolist(), duration.tolist(), is_late[: len(time)].tolist(), strict=True)
    for row, (at, lasts, late) in enumerate(spans):
        if late and at > end:
            rows.append(ABSENT)
            begins.append(end)
            durations.append(at - end)
            end = at
        rows.append(row)
        begins.append(end)
        durations.append(lasts)
        end += lasts
    return Timeline(
        np.array(rows, np.int64), np.array(begins, np.int64), np.array(durations, np.int64)
    )
