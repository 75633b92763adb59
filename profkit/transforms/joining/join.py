"""What comes of joining runs, and the joining."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, ANONYMOUS, FrameTable, FunctionTable, Kind, merge
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, sums_by, unique_rows, values
from profkit.transforms.joining.functions import Rows, same_functions
from profkit.transforms.joining.remarks import remarks
from profkit.transforms.joining.renamed import renamed_functions
from profkit.transforms.joining.units import comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile, SampleTable
    from profkit.transforms.joining.renamed import Renamed

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
    ``notes`` what a reader of a comparison should know; ``steps`` what was asked of each run
    before, in the words of the command line.
    """

    profile: Profile
    runs: tuple[Run, ...]
    run_of_thread: IndexColumn
    matches: tuple[Match, ...] = ()
    notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

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

    @property
    def has_replicates(self) -> bool:
        """Whether each side has several runs, which tell what is chance."""
        return all(len(self.of_side(side)) > 1 for side in Side)

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

    >>> import profkit
    >>> folder = "samples/node/22.23.3"
    >>> base = profkit.load(f"{folder}/auth-api-logger.v8.log.gz")
    >>> candidate = profkit.load(f"{folder}/auth-api-quiet.v8.log.gz")
    >>> profkit.join([base], [candidate]).self_values().sum(axis=1).tolist()
    [5849, 2990]
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
    renamed = renamed_functions(told, rows, is_base, function)
    for old, new, _ in renamed:
        function[function == function[old]] = function[new]
    function = unique_rows(function)[1]
    joined = _with_functions(told, rows, function)
    merged = merge([joined[order.index(n)] for n in range(len(profiles))])
    runs = tuple(
        Run(p.meta.source, side, p.meta.interval, _duration(p), done)
        for p, side, done in zip(profiles, sides, operations, strict=True)
    )
    run_of_thread = np.repeat(np.arange(len(runs)), [len(p.threads) for p in profiles])
    answer = Joined(
        merged,
        runs,
        indexes(run_of_thread),
        matches=_matches(rows, is_base, function, renamed),
        steps=_steps(profiles),
    )
    if answer.steps:
        return replace(answer, notes=notes)
    is_of_base = np.array([run.side == Side.BASE for run in runs], bool)
    names, durations = [run.name for run in runs], [run.duration for run in runs]
    seen = remarks(merged, answer.self_values(), is_of_base, names, durations)
    return replace(answer, notes=(*notes, *seen))


def _matches(
    rows: Rows,
    is_base: npt.NDArray[np.bool_],
    function: Numbers,
    renamed: Sequence[Renamed],
) -> tuple[Match, ...]:
    """Return what was matched that looks different, each function once."""
    _, shown = np.unique(function, return_index=True)
    was_moved = np.flatnonzero(rows.is_moved & is_base[rows.profile])
    reasons = dict.fromkeys(was_moved.tolist(), "its file was moved or renamed")
    reasons |= {old: reason for old, _, reason in renamed}
    answer: dict[int, Match] = {}
    for row, reason in reasons.items():
        number = int(function[row])
        now = shown[number]
        same_name = rows.name[row] == rows.name[now] and not rows.is_moved[row]
        if is_base[rows.profile[now]] or (same_name and rows.file[row] == rows.file[now]):
            continue  # its file is there, but not this function; or only its line is another
        name, file, line = (int(of[row]) for of in (rows.name, rows.file_as_named, rows.line))
        place = rows.strings[file] if file != ABSENT else ""
        match = Match(
            number,
            rows.strings[name] if name != ABSENT else ANONYMOUS,
            f"{place}:{line}" if place and line != ABSENT else place,
            reason,
        )
        answer.setdefault(number, match)
    return tuple(answer.values())


def _steps(profiles: Sequence[Profile]) -> tuple[str, ...]:
    """Return the steps of all runs; those of one run only say in which."""
    asked = {tuple(done.words for done in profile.applied) for profile in profiles}
    if len(asked) == 1:
        return asked.pop()
    return tuple(f"{done.words} ({p.meta.source})" for p in profiles for done in p.applied)


def _duration(profile: Profile) -> int | None:
    start, end = profile.meta.start_time, profile.meta.end_time
    return None if start is None or end is None else end - start


def _with_functions(profiles: Sequence[Profile], rows: Rows, function: Numbers) -> list[Profile]:
    """Return the profiles with one table of functions, each as its first row among them all has it.

    All have the same strings. Of frames only the function and the tier are left: lines, addresses
    and the recording tools' own labels are those of one run.
    """
    table = FunctionTable(
        *map(indexes, _told_apart(rows, np.unique(function, return_index=True)[1]))
    )
    ends = np.cumsum(rows.lengths)
    answer = []
    for profile, end, of_string in zip(profiles, ends, rows.of_string, strict=True):
        number = np.append(function[end - len(profile.functions) : end], ABSENT)
        absent = np.full(len(profile.frames), ABSENT)
        frames, deopts = profile.frames, profile.deopts
        answer.append(
            profile.replace(
                strings=rows.strings,
                functions=table,
                frames=FrameTable(
                    indexes(number[frames.function]),
                    absent,
                    absent,
                    absent,
                    absent,
                    frames.tier,
                    absent,
                ),
                deopts=replace(
                    deopts,
                    function=indexes(number[deopts.function]),
                    kind=indexes(of_string[deopts.kind]),
                    reason=indexes(of_string[deopts.reason]),
                    place=indexes(of_string[deopts.place]),
                ),
            )
        )
    return answer


def _told_apart(rows: Rows, shown: Numbers) -> list[Numbers]:
    """Return the columns of some rows, without the places of those that else were equal.

    A function of the base that is gone may have begun where another one of its name does now.
    """
    columns = [column[shown].copy() for column in rows.columns]
    names = ("name", "file", "line", "column", "kind", "package")
    for place in ("column", "line"):
        first, row_of = unique_rows(*columns)
        again = first[row_of] != np.arange(len(shown))
        columns[names.index(place)][again] = ABSENT
    return columns
