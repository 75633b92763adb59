"""What comes of joining runs, and the joining."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, FrameTable, FunctionTable, Kind, merge
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, sums_by, values
from profkit.transforms.joining.functions import Rows, same_functions
from profkit.transforms.joining.units import comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile, SampleTable

    Numbers = npt.NDArray[np.int64]

__all__ = ["Joined", "Match", "Run", "Side", "join"]


class Side(enum.IntEnum):
    """Which of the two a run belongs to."""

    BASE = 0
    CANDIDATE = 1


@dataclass(frozen=True, slots=True)
class Run:
    """One recording, which is one file.

    ``name`` is the file as the user named it; ``interval`` its own nominal time between two
    samples and ``duration`` the time from its start to its end, both in nanoseconds and None where
    unknown; ``operations`` the units of work done in it, such as requests, None where unknown.
    """

    name: str
    side: Side
    interval: int | None
    duration: int | None
    operations: float | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A function of the base taken for one of the candidate's, though they do not look the same.

    ``function`` is its row in the joined profile; ``name`` and ``place`` are what it was called
    and where it was in the base (such as ``/srv/api/lib/users.js:12``); ``reason`` is why.
    """

    function: int
    name: str
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Runs of two sides as one profile.

    In ``profile`` functions that were matched are one, with the name and place that they have in
    the candidate; a frame is a function in a tier, so that a stack of one run meets its like in the
    others. ``runs`` has the base first. ``run_of_thread`` (``int32``, shape ``(threads,)``) is the
    run of each thread. ``matches`` are the functions whose name or file differs between the sides;
    ``notes`` what a reader of a comparison should know.
    """

    profile: Profile
    runs: tuple[Run, ...]
    run_of_thread: IndexColumn
    matches: tuple[Match, ...] = ()
    notes: tuple[str, ...] = ()

    def self_values(self, value_type: int = 0, *, include_idle: bool = False) -> ValueColumn:
        """Sum the samples' values by run and node; ``int64``, shape ``(runs, nodes)``."""
        return self._sums(lambda samples: samples.values[:, value_type], include_idle=include_idle)

    def sample_counts(self, *, include_idle: bool = False) -> ValueColumn:
        """Count the samples by run and node; ``int64``, shape ``(runs, nodes)``."""
        return self._sums(lambda _: None, include_idle=include_idle)

    def _sums(
        self, of: Callable[[SampleTable], ValueColumn | None], *, include_idle: bool
    ) -> ValueColumn:
        nodes = len(self.profile.tree)
        answer = np.zeros((len(self.runs), nodes), np.int64)
        for run, thread in zip(self.run_of_thread, self.profile.threads, strict=True):
            answer[run] += sums_by(thread.samples.node, of(thread.samples), nodes)
        if not include_idle:
            answer[:, self.profile.kind_of_node == Kind.IDLE] = 0
        return values(answer)

    def of_side(self, side: Side) -> npt.NDArray[np.int64]:
        """Return the numbers of a side's runs."""
        return np.flatnonzero([run.side == side for run in self.runs])


def join(
    base: Sequence[Profile],
    candidate: Sequence[Profile],
    *,
    base_operations: Sequence[float | None] | None = None,
    candidate_operations: Sequence[float | None] | None = None,
) -> Joined:
    """Join the runs of a base and of a candidate.

    ``base_operations`` and ``candidate_operations`` are the units of work done in each run, None
    where they are not known.

    Functions are the same that have one name and kind in one file, wherever the checkout is and
    whatever line they begin at. Values that not all runs have are left out; counts and times are
    compared by each run's own interval.

    Raises :class:`~profkit.errors.UsageError` where a side has no run or the runs have no value
    that can be compared.
    """
    for side, given in (("base", base), ("candidate", candidate)):
        if not given:
            raise UsageError(f"there is no {side} to compare")
    profiles, notes = comparable([*base, *candidate])
    sides = [Side.BASE] * len(base) + [Side.CANDIDATE] * len(candidate)
    operations = [
        *(base_operations or [None] * len(base)),
        *(candidate_operations or [None] * len(candidate)),
    ]
    # The candidate comes first where names are given, for it is what the user has before them.
    order = [*range(len(base), len(profiles)), *range(len(base))]
    told = [profiles[n] for n in order]
    is_base = np.array([sides[n] == Side.BASE for n in order], bool)
    rows = Rows(told)
    function = same_functions(rows, is_base)
    renamed = _with_functions(told, rows, function)
    merged = merge([renamed[order.index(n)] for n in range(len(profiles))])
    runs = tuple(
        Run(p.meta.source, side, p.meta.interval, _duration(p), done)
        for p, side, done in zip(profiles, sides, operations, strict=True)
    )
    run_of_thread = np.repeat(np.arange(len(runs)), [len(p.threads) for p in profiles])
    return Joined(merged, runs, indexes(run_of_thread), notes=notes)


def _duration(profile: Profile) -> int | None:
    start, end = profile.meta.start_time, profile.meta.end_time
    return None if start is None or end is None else end - start


def _with_functions(profiles: Sequence[Profile], rows: Rows, function: Numbers) -> list[Profile]:
    """Return the profiles with each function as its first row among them all has it.

    All have the same strings. Of frames only the function and the tier are left: lines, addresses
    and the recording tools' own labels are those of one run.
    """
    _, first = np.unique(function, return_index=True)
    shown = first[function]
    tables = [column[shown] for column in rows.columns]
    ends = np.cumsum(rows.lengths)
    answer = []
    for profile, end, of_string in zip(profiles, ends, rows.of_string, strict=True):
        part = slice(end - len(profile.functions), end)
        absent = np.full(len(profile.frames), ABSENT)
        frames, deopts = profile.frames, profile.deopts
        answer.append(
            profile.replace(
                strings=rows.strings,
                functions=FunctionTable(*(indexes(column[part]) for column in tables)),
                frames=FrameTable(
                    frames.function, absent, absent, absent, absent, frames.tier, absent
                ),
                deopts=replace(
                    deopts,
                    kind=indexes(of_string[deopts.kind]),
                    reason=indexes(of_string[deopts.reason]),
                    place=indexes(of_string[deopts.place]),
                ),
            )
        )
    return answer
