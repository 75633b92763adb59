"""What code costs in each of several runs, in numbers that can be compared.

Runs last unlike long and do unlike much, so that a cost is per operation, per second of the
recording, or a share of all that the run took. Idle time is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from profkit.errors import UsageError
from profkit.profile import COUNT, NANOSECONDS
from profkit.profile.columns import IndexColumn, ValueColumn, freeze, indexes, sums_by, values
from profkit.views.charging import charged
from profkit.views.ranking import Grouping, groups_of_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.transforms.joining import Joined

    CostColumn = npt.NDArray[np.float64]

__all__ = ["COST_GROUPINGS", "PER", "CostOptions", "Costs", "Per", "costs", "scaling"]

Per = Literal["share", "second", "operation"]

PER: tuple[Per, ...] = get_args(Per)
COST_GROUPINGS: tuple[Grouping, ...] = ("function", "file", "package", "category", "kind", "tier")


@dataclass(frozen=True, slots=True)
class CostOptions:
    """Whose costs, and per what.

    ``per`` None is per operation where all runs know theirs, else a share. ``value_type`` is a
    number in the joined profile's value types.
    """

    by: Grouping = "function"
    per: Per | None = None
    value_type: int = 0
    include_idle: bool = False


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of groups in runs; matrices of shape ``(runs, groups)``.

    ``group`` (``int32``, shape ``(groups,)``) is what a :class:`~profkit.views.ranking.Ranking`
    has of that name, of ``profile``; groups that cost nothing in any run are left out.
    ``self_costs``, ``charged_costs`` and ``total_costs`` (``float64``) are in ``unit``: ``share``
    (from 0 to 1), ``ns/op``, ``ns/s`` of the recording, or another value type's unit in place of
    ``ns``. What is charged is defined by :func:`profkit.views.charging.charged`; a total counts
    recursion once. ``self_counts``, ``charged_counts`` and ``total_counts`` (``int64``) are the
    samples behind them. ``whole`` (``float64``) and ``whole_counts`` (``int64``), of shape
    ``(runs,)``, are those of each run.
    """

    profile: Profile = field(repr=False, compare=False)
    joined: Joined = field(repr=False, compare=False)
    options: CostOptions
    unit: str
    group: IndexColumn
    self_costs: CostColumn
    charged_costs: CostColumn
    total_costs: CostColumn
    self_counts: ValueColumn
    charged_counts: ValueColumn
    total_counts: ValueColumn
    whole: CostColumn
    whole_counts: ValueColumn

    def __len__(self) -> int:
        return len(self.group)


def costs(joined: Joined, options: CostOptions | None = None) -> Costs:
    """Measure what each group costs in each run.

    Counts of samples become time by each run's own interval, where all runs tell theirs.

    Raises :class:`UsageError` where costs are to be per operation or per second and a run does not
    tell how many there were, and for a grouping that there is not.
    """
    options = options or CostOptions()
    if options.by not in COST_GROUPINGS:
        raise UsageError(f"{options.by!r} has no cost; {', '.join(COST_GROUPINGS)} have")
    profile, group = groups_of_frames(joined.profile, options.by)
    joined = replace(joined, profile=profile)
    unit, per, factor = scaling(joined, options.value_type, options.per)
    own = joined.self_values(options.value_type, include_idle=options.include_idle)
    counted = _samples(joined, options)
    of_node = group[profile.tree.frame]
    used, number = np.unique(of_node, return_inverse=True)
    by_group = _by_group(profile, number, len(used))
    of_self, of_charge, of_total = by_group(own)
    self_counts, charged_counts, total_counts = by_group(counted)
    shown = (of_self != 0).any(axis=0) | (of_total != 0).any(axis=0)
    whole = own.sum(axis=1)
    factor = _per_share(whole) if per == "share" else factor
    return Costs(
        profile=profile,
        joined=joined,
        options=replace(options, per=per),
        unit=unit,
        group=indexes(used[shown]),
        self_costs=_frozen(of_self[:, shown] * factor[:, None]),
        charged_costs=_frozen(of_charge[:, shown] * factor[:, None]),
        total_costs=_frozen(of_total[:, shown] * factor[:, None]),
        self_counts=values(self_counts[:, shown]),
        charged_counts=values(charged_counts[:, shown]),
        total_counts=values(total_counts[:, shown]),
        whole=_frozen(whole * factor),
        whole_counts=values(counted.sum(axis=1)),
    )


def scaling(
    joined: Joined, value_type: int = 0, per: Per | None = None
) -> tuple[str, Per, CostColumn]:
    """Return the unit of costs, what they are per, and what a run's values are multiplied with.

    The factors are of shape ``(runs,)``; those of shares are left to whoever knows what they are
    shares of.

    Raises :class:`UsageError` as :func:`costs` does.
    """
    runs, kind = joined.runs, joined.profile.value_types[value_type]
    if per is None:
        per = "operation" if all(run.operations for run in runs) else "share"
    if per == "share":
        return "share", per, np.ones(len(runs))
    intervals = [run.interval for run in runs]
    is_timed = kind.unit == COUNT and all(intervals)
    factor = np.array(intervals if is_timed else np.ones(len(runs)), np.float64)
    name = "ns" if is_timed or kind.unit == NANOSECONDS else kind.type
    if per == "operation":
        for run in runs:
            if not run.operations:
                raise UsageError(
                    f"{run.name}: how many operations it did is not known; give --ops-base and "
                    "--ops-candidate, or --per-request"
                )
        return f"{name}/op", per, factor / [run.operations or 1 for run in runs]
    for run in runs:
        if not run.duration:
            raise UsageError(f"{run.name}: how long it lasted is not known; compare shares")
    return f"{name}/s", per, factor / [(run.duration or 1) / 1e9 for run in runs]


def _per_share(whole: ValueColumn) -> CostColumn:
    return np.divide(1.0, whole, out=np.zeros(len(whole)), where=whole != 0)


def _samples(joined: Joined, options: CostOptions) -> npt.NDArray[np.int64]:
    """Count samples by run and node: by what the recording counts, else by rows."""
    for number, kind in enumerate(joined.profile.value_types):
        if kind.unit == COUNT and kind.type in ("samples", "ticks"):
            return joined.self_values(number, include_idle=options.include_idle)
    return joined.sample_counts(include_idle=options.include_idle)


def _by_group(
    profile: Profile, number: npt.NDArray[np.int64], size: int
) -> Callable[[ValueColumn], tuple[ValueColumn, ValueColumn, ValueColumn]]:
    """Return what sums the values of nodes, by run, to those of groups: self, charged, total."""
    outermost = profile.tree.outermost(number)

    def by_run(
        rows: Iterable[npt.NDArray[np.int64]], group: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        return np.array([sums_by(group, row, size) for row in rows])

    def sums(own: ValueColumn) -> tuple[ValueColumn, ValueColumn, ValueColumn]:
        totals = (profile.tree.totals(row)[outermost] for row in own)
        return (
            by_run(own, number),
            by_run(charged(profile, own), number),
            by_run(totals, number[outermost]),
        )

    return sums


def _frozen(column: CostColumn) -> CostColumn:
    freeze(column)
    return column
