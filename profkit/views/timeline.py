"""Activity over time: how each thread's time was spent, and its longest unbroken stretches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.errors import UsageError
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, values
from profkit.views.activity import (
    Activity,
    activities,
    covered_until,
    longest_gap,
    spans,
    timed_threads,
)
from profkit.views.stretches import Stretches, longest_stretches

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["Timeline", "TimelineOptions", "timeline"]


@dataclass(frozen=True, slots=True)
class TimelineOptions:
    """How finely time is cut, and which stretches are looked for.

    ``buckets`` is the number of equal parts, ``limit`` that of stretches, None for all. ``gap`` is
    how long a sample may stand for, in nanoseconds; None is 50 sampling intervals, and at least
    50 ms.
    """

    buckets: int = 60
    limit: int | None = None
    gap: int | None = None

    def __post_init__(self) -> None:
        if self.buckets <= 0:
            raise UsageError(f"time cannot be cut into {self.buckets} parts")
        if self.gap is not None and self.gap <= 0:
            raise UsageError(f"a gap cannot be {self.gap} ns long")


@dataclass(frozen=True, slots=True)
class Timeline(Displayed):
    """What threads did over time; times are nanoseconds of the recording's clock.

    ``edges`` (``int64``, shape ``(buckets + 1,)``) are where parts begin and the last one ends,
    ``threads`` (``int32``, shape ``(threads,)``) the numbers of the threads that have samples, and
    ``activity`` (``int64``, shape ``(threads, activities, buckets)``) how long each of them did
    what, by :class:`~profkit.views.activity.Activity`; what is missing to a part's length is not
    known. ``untimed`` threads have samples without times and are left out.
    """

    profile: Profile = field(repr=False, compare=False)
    options: TimelineOptions
    edges: ValueColumn
    threads: IndexColumn
    activity: npt.NDArray[np.int64]
    stretches: Stretches = field(repr=False)
    gap: int
    untimed: int

    @property
    def total(self) -> int:
        """The time of all threads of which is known what they did."""
        return int(self.activity.sum())


def timeline(profile: Profile, options: TimelineOptions | None = None) -> Timeline:
    """Return what each thread did over time, and its longest unbroken stretches.

    What ends a stretch is said in :mod:`profkit.views.stretches`.

    Raises :class:`UsageError` where no sample has a time.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.cpuprofile.gz")
    >>> view = profkit.timeline(profile, profkit.TimelineOptions(buckets=4, limit=1))
    >>> [f"{nanoseconds / 1e9:.2f} s" for nanoseconds in view.activity[0].sum(axis=1)]
    ['4.97 s', '0.09 s', '0.23 s', '1.26 s']
    """
    options = options or TimelineOptions()
    timed, untimed = timed_threads(profile, "a timeline")
    gap = longest_gap(profile) if options.gap is None else options.gap
    found = [spans(profile, profile.threads[n].samples, gap) for n in timed]
    edges = _edges(profile, found, options.buckets)
    activity = np.zeros((len(timed), len(Activity), options.buckets), np.int64)
    for row, (number, (start, end)) in enumerate(zip(timed, found, strict=True)):
        kinds = activities(profile, profile.threads[number].samples)
        for kind in Activity:
            of_kind = kinds == kind
            activity[row, kind] = np.diff(covered_until(start[of_kind], end[of_kind], edges))
    activity.setflags(write=False)
    return Timeline(
        profile=profile,
        options=options,
        edges=values(edges),
        threads=indexes(np.array(timed, np.int64)),
        activity=activity,
        stretches=longest_stretches(profile, timed, gap=gap, limit=options.limit),
        gap=gap,
        untimed=untimed,
    )


def _edges(profile: Profile, found: list[tuple[Numbers, Numbers]], buckets: int) -> Numbers:
    """Cut the time from the first begin to the last end into parts of one length, but for 1 ns."""
    begins = [int(start[0]) for start, _ in found]
    ends = [int(end[-1]) for _, end in found]
    if profile.meta.start_time is not None:
        begins.append(profile.meta.start_time)
    if profile.meta.end_time is not None:
        ends.append(profile.meta.end_time)
    begin = min(begins, default=0)
    whole = max(max(ends, default=0) - begin, 0)
    return np.array([begin + whole * n // buckets for n in range(buckets + 1)], np.int64)
