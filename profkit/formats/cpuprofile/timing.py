"""When samples were taken, and how long each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from profkit.errors import FormatError
from profkit.formats.cpuprofile.weighting import median
from profkit.profile import Action
from profkit.profile.columns import BLOCK

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.cpuprofile.schema import File
    from profkit.profile import LedgerBook

    Ints = npt.NDArray[np.int64]

__all__ = ["Timing", "end_points", "time_samples"]

_PER_MICROSECOND = 1000
_PER_MILLISECOND = 10**6
_LARGEST = 2.0**61 / _PER_MICROSECOND


@dataclass(frozen=True, slots=True)
class Timing:
    """Columns of shape ``(samples,)`` in the order of time, in nanoseconds.

    ``time`` is when each was taken; ``duration`` how long it stands, which is until the next one.
    The recording lasted from ``start`` to ``end``. Samples are in the file's order, but for those
    ``moved`` (shape ``(2, moves)``): a place in the order of time, and the row that goes there.
    """

    moved: Ints
    time: Ints
    duration: Ints
    start: int
    end: int

    def arrange(self, column: npt.NDArray[Any]) -> None:
        """Bring a column that is in the file's order into that of time, in place."""
        place, row = self.moved
        column[place] = column[row]


def time_samples(file: File, count: int, source: str, ledger: LedgerBook) -> Timing | None:
    """Say when each of ``count`` samples was taken; None where the file does not tell.

    The first delta is the gap between the start and the first sample. The last sample stands until
    the profile's end, or for the usual interval where that is unknown. Samples that come before
    their predecessor are put in order.

    Raises :class:`FormatError` where there are more or fewer times than samples.
    """
    times = _absolute_times(file, count, source, ledger)
    if times is None:
        return None
    start, time, end = times
    if time[0] > start:
        gap = (int(time[0]) - start) / _PER_MILLISECOND
        cause = f"before the first sample: {gap:,.1f} ms that are no function's"
        ledger.add(Action.SKIPPED, "gaps", cause, 1, f"{file.at}.samples[0]")
    backwards = np.flatnonzero(time[1:] < time[:-1])
    moved = np.zeros((2, 0), np.int64)
    if len(backwards):
        moved = _moves(time)
        time[moved[0]] = time[moved[1]]
        ledger.add(
            Action.REPAIRED,
            "samples",
            "earlier than the sample before: sorted by time",
            len(backwards),
            f"{file.at}.samples[{backwards[0] + 1}]",
        )
    duration = np.empty(count, np.int64)
    np.subtract(time[1:], time[:-1], out=duration[:-1])
    last = end - int(time[-1]) if end is not None else 0
    if last <= 0:
        # Whole microseconds, which is what such files can hold.
        usual = int(median(duration[:-1])) if count > 1 else 0
        last = usual - usual % _PER_MICROSECOND
        ledger.add(Action.REPAIRED, "samples", "the last has no end: given the usual interval")
    duration[-1] = last
    return Timing(moved, time, duration, start, int(time[-1]) + last)


def _moves(time: Ints) -> Ints:
    """Return which rows go to which places where times are sorted; shape ``(2, moves)``.

    A row stays where none before it is later and none after it is earlier. The others are few, and
    change places among themselves.
    """
    moving = np.zeros(len(time), bool)
    latest, earliest = int(time[0]), int(time[-1])
    for start in range(0, len(time), BLOCK):
        part = time[start : start + BLOCK]
        before = np.maximum.accumulate(part)
        np.maximum(before, latest, out=before)
        moving[start : start + BLOCK] = part < before
        latest = int(before[-1])
    for stop in range(len(time), 0, -BLOCK):
        part = time[max(stop - BLOCK, 0) : stop][::-1]
        after = np.minimum.accumulate(part)
        np.minimum(after, earliest, out=after)
        moving[max(stop - BLOCK, 0) : stop][::-1] |= part > after
        earliest = int(after[-1])
    place = np.flatnonzero(moving)
    return np.stack([place, place[np.argsort(time[place], kind="stable")]])


def end_points(file: File, source: str) -> tuple[int | None, int | None]:
    """Return the profile's start and end in nanoseconds, None where the file does not say.

    Raises :class:`FormatError` where they do not fit into 64 bits.
    """
    points = []
    for time, key in ((file.start, "startTime"), (file.end, "endTime")):
        if time is not None:
            _refuse_overflow(abs(time), source, f"{file.at}.{key}")
        points.append(None if time is None else round(time * _PER_MICROSECOND))
    return points[0], points[1]


def _absolute_times(
    file: File, count: int, source: str, ledger: LedgerBook
) -> tuple[int, Ints, int | None] | None:
    """Return the start, the samples' times and the end, in nanoseconds."""
    start, end = end_points(file, source)
    if file.deltas is not None:
        at = f"{file.at}.timeDeltas"
        with np.errstate(over="ignore"):
            _refuse_overflow(_absolute_sum(file.deltas), source, at)
        # Without a start the clock is the samples' own, which says nothing of the end.
        start, end = (0, None) if start is None else (start, end)
        time, file.deltas = _in_nanoseconds(file.deltas), None
        time[:1] += start
        np.cumsum(time, out=time)
    elif file.timestamps is not None:
        at = f"{file.at}.timestamps"
        _refuse_overflow(
            float(np.abs(file.timestamps.astype(np.float64)).max(initial=0)), source, at
        )
        time = _in_nanoseconds(file.timestamps)
        if len(time) and (start is None or start > int(time[0])):
            start, end = int(time[0]), None  # those are of another clock
    elif start is None or end is None or end <= start:
        return None
    else:
        ledger.add(
            Action.REPAIRED, "samples", "without a time: spread evenly from start to end", count
        )
        whole, rest = divmod(end - start, count)
        row = np.arange(count, dtype=np.int64)
        return start, start + row * whole + row * rest // count, end
    if len(time) == count + 1:
        time, end = time[:-1], int(time[-1])
    if start is None or len(time) != count:
        raise FormatError(source, f"there are {len(time)} of them for {count} samples", where=at)
    return start, time, end


def _absolute_sum(column: npt.NDArray[Any]) -> float:
    """Return at least the sum of the column's absolute values, and it where that is too large."""
    most = max(float(column.max(initial=0)), -float(column.min(initial=0)))
    if most * len(column) < _LARGEST:
        return most * len(column)
    return float(np.abs(column.astype(np.float64)).sum())


def _refuse_overflow(microseconds: float, source: str, at: str) -> None:
    if microseconds >= _LARGEST:
        raise FormatError(source, "the times are beyond 64 bits of nanoseconds", where=at)


def _in_nanoseconds(microseconds: npt.NDArray[Any]) -> Ints:
    if np.issubdtype(microseconds.dtype, np.integer):
        answer: Ints = np.multiply(microseconds, _PER_MICROSECOND, dtype=np.int64)
        return answer
    rounded: Ints = np.rint(microseconds * _PER_MICROSECOND).astype(np.int64)
    return rounded
