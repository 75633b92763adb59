"""What things cost from commit to commit, and where that changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from profkit.errors import UsageError
from profkit.history.changes import ChangePoint, change_points
from profkit.history.store import OTHERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from profkit.history.store import Commit, Group, History, Level, Run
    from profkit.profile import ValueType

    Floats = npt.NDArray[np.float64]

__all__ = [
    "MEASURES",
    "PER",
    "TOTAL",
    "Contents",
    "Measure",
    "Per",
    "Trend",
    "TrendOptions",
    "Trends",
    "contents",
    "trends",
]

Measure = Literal["self", "total"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

Per = Literal["operation", "second", "run", "share"]
PER: tuple[Per, ...] = get_args(Per)

TOTAL = "(total)"
"""What the whole is called among functions and packages."""


@dataclass(frozen=True, slots=True)
class TrendOptions:
    """What is looked at, and in which measure.

    ``level`` is whose costs; ``measure`` which of them; ``name`` keeps groups that are called so,
    or else those with this in their name or file. ``per`` is what costs are divided by, None for
    operations where all runs tell them, else runs. ``last`` keeps so many commits, ``branch`` those
    of a branch. Groups that never took ``min_share`` of a run are left out; ``limit`` keeps the
    greatest. ``level_of_test`` is the probability of finding a change in the total where nothing
    changes, and likewise that of finding one in any of the groups.
    """

    level: Level = "function"
    measure: Measure = "self"
    name: str | None = None
    per: Per | None = None
    last: int | None = None
    branch: str | None = None
    limit: int | None = 20
    min_share: float = 0.01
    level_of_test: float = 0.01


@dataclass(frozen=True, slots=True)
class Trend:
    """What a group cost: by run, and by commit the median of its runs.

    ``by_run`` and ``by_commit`` are ``float64`` of shape ``(runs,)`` and ``(commits,)``, 0 where it
    took too little to be kept. ``group`` is None for the whole.
    """

    group: Group | None
    by_run: Floats
    by_commit: Floats
    changes: tuple[ChangePoint, ...] = ()

    @property
    def name(self) -> str:
        """What it is called."""
        return self.group.name if self.group else TOTAL

    @property
    def before(self) -> float:
        """What it cost before the first change: a median over commits."""
        return self.changes[0].before if self.changes else float(np.median(self.by_commit))

    @property
    def now(self) -> float:
        """What it costs since the last change."""
        return self.changes[-1].after if self.changes else self.before


@dataclass(frozen=True, slots=True)
class Trends:
    """The whole and the groups that cost most, the greatest of today first.

    ``per`` is what costs are divided by, ``value_type`` what they are counted in before that.
    ``rows`` are those that were looked at; ``omitted`` counts those that ``limit`` leaves out.
    """

    options: TrendOptions
    source: str
    value_type: ValueType
    per: Per
    commits: tuple[Commit, ...]
    runs: tuple[Run, ...]
    total: Trend
    rows: tuple[Trend, ...]
    omitted: int

    def changed(self) -> Iterator[tuple[Trend, ChangePoint]]:
        """Yield all changes, by commit, the total's first, then the greatest first."""
        found = [(row, change) for row in (self.total, *self.rows) for change in row.changes]
        yield from sorted(
            found,
            key=lambda one: (
                one[1].index,
                one[0].group is not None,
                -abs(one[1].after - one[1].before),
                one[0].name,
            ),
        )


@dataclass(frozen=True, slots=True)
class Contents:
    """What a history holds: its commits, and the runs of each, in their order."""

    source: str
    value_type: ValueType | None
    commits: tuple[Commit, ...]
    runs: tuple[Run, ...]


def contents(history: History) -> Contents:
    """Return what a history holds."""
    return Contents(history.path, history.value_type, history.commits(), history.runs())


def trends(history: History, options: TrendOptions | None = None) -> Trends:
    """Return the trends of a history, and where they changed.

    Raises :class:`~profkit.errors.UsageError` where no commit or no group is as asked, or where
    some runs lack what their costs are to be divided by.
    """
    options = options or TrendOptions()
    commits, runs, taken = _chosen(history, options)
    value_type = history.value_type
    if value_type is None or not commits:
        branch = f" of branch {options.branch!r}" if options.branch else ""
        raise UsageError(f"{history.path}: there is no commit{branch} in it")
    per = options.per or ("run" if any(run.operations is None for run in runs) else "operation")
    divisor = np.array([_divisor(history.path, run, per) for run in runs])
    commit = np.array([run.commit for run in runs])

    def trend(group: Group | None, by_run: Floats) -> Trend:
        of_commit = np.split(by_run, np.flatnonzero(np.diff(commit)) + 1)
        return Trend(group, by_run, np.array([np.median(runs) for runs in of_commit]))

    groups, omitted = _greatest(history, options)
    rows = []
    for number, group in groups:
        values = np.zeros(taken.size)
        for run, *cost in history.costs(number):
            values[run] = cost[MEASURES.index(options.measure)]
        rows.append(trend(group, values[taken] / divisor))
    total = trend(None, np.array([run.total for run in runs]) / divisor)
    level = options.level_of_test
    return Trends(
        options=options,
        source=history.path,
        value_type=value_type,
        per=per,
        commits=commits,
        runs=runs,
        total=_with_changes(total, level),
        rows=tuple(
            sorted(
                (_with_changes(row, level / len(rows)) for row in rows),
                key=lambda row: (-row.now, row.name),
            )
        ),
        omitted=omitted,
    )


def _with_changes(trend: Trend, level: float) -> Trend:
    return replace(trend, changes=change_points(trend.by_commit, level))


def _chosen(
    history: History, options: TrendOptions
) -> tuple[tuple[Commit, ...], tuple[Run, ...], npt.NDArray[np.bool_]]:
    """Return the commits and the runs that are looked at, and which of all runs these are."""
    every = history.commits()
    kept = [
        number
        for number, commit in enumerate(every)
        if options.branch is None or commit.branch == options.branch
    ]
    kept = kept[-options.last :] if options.last else kept
    place = {number: row for row, number in enumerate(kept)}
    runs = history.runs()
    taken = np.array([run.commit in place for run in runs], bool)
    return (
        tuple(every[number] for number in kept),
        tuple(replace(run, commit=place[run.commit]) for run in runs if run.commit in place),
        taken,
    )


def _divisor(path: str, run: Run, per: Per) -> float:
    if per == "run":
        return 1.0
    if per == "share":
        return float(run.total)
    known = run.operations if per == "operation" else run.duration
    if not known:
        what = "its operations" if per == "operation" else "how long it took"
        raise UsageError(
            f"{path}: {run.source} does not tell {what}; --per run or share needs none of it"
        )
    return known / 1e9 if per == "second" else known


def _greatest(history: History, options: TrendOptions) -> tuple[Sequence[tuple[int, Group]], int]:
    """Return the groups to look at, the greatest first, and how many are left out."""
    column = 1 if options.measure == "self" else 2
    share = {row[0]: row[column] for row in history.shares(options.level)}
    groups = [(n, group) for n, group in history.groups(options.level) if group.name != OTHERS]
    if options.name is not None:
        groups = _called(history.path, groups, options.name)
    else:
        groups = [one for one in groups if share.get(one[0], 0) >= options.min_share]
    groups.sort(key=lambda one: (-share.get(one[0], 0), one[1].name, one[1].file))
    shown = groups[: options.limit]
    return shown, len(groups) - len(shown)


def _called(path: str, groups: Sequence[tuple[int, Group]], name: str) -> list[tuple[int, Group]]:
    exactly = [one for one in groups if one[1].name == name]
    found = exactly or [one for one in groups if name in one[1].name or name in one[1].file]
    if not found:
        raise UsageError(f"{path}: nothing is called {name!r}")
    return found
