"""From joined runs to matrices: what each run spent in each node, and in groups of them.

Waiting is left out. Garbage collection is a row of its own: where it strikes is chance, so it is in
no caller's total. All matrices are float64, one row a run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, COUNT, Kind
from profkit.symbols.packages import owned
from profkit.transforms.joining import Side
from profkit.views.categories import category_of_function

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.profile.columns import IndexColumn
    from profkit.transforms.joining import Joined

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["MEASURES", "Measure", "Measured", "measure"]

Measure = Literal["self", "charged", "total"]

MEASURES: tuple[Measure, ...] = get_args(Measure)
"""A function's own cost; with what the runtime did for it; with all it called."""

_SPECIAL = (Kind.GC, Kind.PROGRAM, Kind.IDLE, Kind.ROOT)


@dataclass(frozen=True)
class Measured:
    """Runs of one joined profile, the cost of each node in each; columns of shape ``(runs,)``.

    ``own`` (``(runs, nodes)``) is each node's self cost, in nanoseconds where the unit is time or
    an interval is known (``is_time``), else in samples. ``unit`` is the cost of one sample.
    ``operations`` are NaN where they are not known. ``name`` are the files. ``start`` is when a run
    began on its own clock, NaN where unknown, and ``seconds`` how long it took.
    """

    profile: Profile
    own: Floats
    unit: Floats
    is_candidate: Flags
    operations: Floats
    name: tuple[str, ...]
    start: Floats
    seconds: Floats
    is_time: bool
    notes: tuple[str, ...] = ()

    def choose(self, base: Sequence[int], candidate: Sequence[int]) -> Measured:
        """Return these runs as the two sides, by their numbers here."""
        rows = [*base, *candidate]
        answer = Measured(
            profile=self.profile,
            own=self.own[rows],
            unit=self.unit[rows],
            is_candidate=np.arange(len(rows)) >= len(base),
            operations=self.operations[rows],
            name=tuple(self.name[row] for row in rows),
            start=self.start[rows],
            seconds=self.seconds[rows],
            is_time=self.is_time,
            notes=self.notes,
        )
        # What does not depend on which runs they are is not worked out again.
        for known in ("function", "owner", "is_collector", "outermost"):
            answer.__dict__[known] = getattr(self, known)
        for matrix in ("self_costs", "charged_costs", "total_costs"):
            answer.__dict__[matrix] = getattr(self, matrix)[rows]
        return answer

    def trimmed(self, least: float) -> Measured:
        """Return runs as if what a trimmed base has not, and is small, had been trimmed as well.

        Nodes that no run of the base was seen in, and below which a candidate spent less than the
        share ``least`` on average, give their costs to their callers; collections stay.
        """
        tree = self.profile.tree

        def totals(rows: Floats) -> Floats:
            running = np.concatenate([[0.0], np.cumsum(rows.sum(axis=0))])
            return np.asarray(running[tree.subtree_end] - running[:-1])

        base, candidate = totals(self.own[~self.is_candidate]), totals(self.own[self.is_candidate])
        is_top = tree.parent == ABSENT
        whole = candidate[is_top].sum()
        kept = (base > 0) | (candidate >= least * whole) | is_top | self.is_collector
        to = tree.nearest(kept)
        return replace(self, own=self.by(to, self.own, len(tree)))

    @cached_property
    def function(self) -> IndexColumn:
        """The function of each node."""
        return self.profile.function_of_node

    @cached_property
    def is_collector(self) -> Flags:
        """Tell which nodes are garbage collection."""
        return np.asarray(self.profile.kind_of_node == Kind.GC)

    @cached_property
    def owner(self) -> IndexColumn:
        """The function that is charged for each node: see :mod:`profkit.views.charging`."""
        is_own = owned(self.profile)[self.function] | self.is_collector
        nearest = self.profile.tree.nearest(is_own)
        return np.where(nearest == ABSENT, self.function, self.function[nearest])

    @cached_property
    def outermost(self) -> Flags:
        """Tell which nodes are not below another of their own function."""
        return self.profile.tree.outermost(self.function)

    @cached_property
    def self_costs(self) -> Floats:
        """Each function's own cost, ``(runs, functions)``."""
        return self.by(self.function, self.own)

    @cached_property
    def charged_costs(self) -> Floats:
        """Each function's cost with what the runtime did for it, ``(runs, functions)``."""
        return self.by(self.owner, self.own)

    @cached_property
    def total_costs(self) -> Floats:
        """Each function's cost with all that it called, but collections, ``(runs, functions)``."""
        return self.totals(self.own)

    def totals(self, own: Floats) -> Floats:
        """Return the functions' totals of costs of nodes; both have as many rows."""
        tops = np.flatnonzero(self.outermost)
        ends, function = self.profile.tree.subtree_end[tops], self.function[tops]
        answer = np.empty((len(own), len(self.profile.functions)))
        running = np.zeros(own.shape[1] + 1)
        for row, costs in zip(answer, own, strict=True):
            np.cumsum(np.where(self.is_collector, 0, costs), out=running[1:])
            row[:] = np.bincount(function, running[ends] - running[tops], len(row))
        return answer

    def by(self, group: npt.NDArray[np.integer], cost: Floats, size: int | None = None) -> Floats:
        """Sum costs of nodes by their groups, functions unless ``size`` says how many there are."""
        size = len(self.profile.functions) if size is None else size
        answer = np.empty((len(cost), size))
        for row, costs in zip(answer, cost, strict=True):
            seen = np.flatnonzero(costs)  # a run sees few of all runs' nodes
            row[:] = np.bincount(group[seen], costs[seen], size)
        return answer

    def below(self, function: int) -> Flags:
        """Tell which nodes are of a function or below it, but collections; ``(nodes,)``."""
        tops = (self.function == function) & self.outermost
        return self.profile.tree.below(tops) & ~self.is_collector

    def nodes(self, function: int, measure: Measure) -> Flags:
        """Tell whose own costs make up a function's cost by this measure; ``(nodes,)``."""
        if measure == "total":
            return self.below(function)
        return np.asarray((self.function if measure == "self" else self.owner) == function)

    @cached_property
    def in_common(self) -> tuple[float, float]:
        """The shares of base and candidate that are in functions which both have.

        Collections and V8's ``(program)`` are in all runs, and tell nothing.
        """
        costs = self.self_costs[:, ~np.isin(self.profile.functions.kind, _SPECIAL)]
        base, candidate = (costs[self.is_candidate == side].sum(axis=0) for side in (False, True))
        both = (base > 0) & (candidate > 0)
        shares = (float(side[both].sum() / max(side.sum(), 1)) for side in (base, candidate))
        return next(shares), next(shares)

    @cached_property
    def category(self) -> IndexColumn:
        """The category of each function."""
        return category_of_function(self.profile)


def measure(
    joined: Joined,
    profiles: Sequence[Profile] = (),
    *,
    value_type: int | None = None,
) -> Measured:
    """Return what runs spent; ``profiles`` are those that were joined, where they are at hand.

    Without ``value_type`` it is the number of samples where there is one, made time by each run's
    own interval: on a busy machine the times between samples tell of the machine as well.

    Raises :class:`~profkit.errors.UsageError` where a run has no sample but of waiting.
    """
    profile = joined.profile
    value_type = _counted(profile) if value_type is None else value_type
    idle = profile.kind_of_node == Kind.IDLE
    own = joined.self_values(value_type).astype(np.float64)
    samples = np.zeros(len(joined.runs))
    for run, thread in zip(joined.run_of_thread, profile.threads, strict=True):
        counted = (thread.samples.values[:, value_type] != 0) & ~idle[thread.samples.node]
        samples[run] += counted.sum()
    for run, found in zip(joined.runs, samples, strict=True):
        if not found:
            raise UsageError(f"{run.name}: there are no samples to compare, or only idle ones")
    kind = profile.value_types[value_type]
    intervals = np.array([run.interval or np.nan for run in joined.runs], np.float64)
    is_time = kind.unit != COUNT or bool(np.isfinite(intervals).all())
    if kind.unit == COUNT:
        samples = own.sum(axis=1)  # folded stacks have many samples in a row
    scale = intervals if kind.unit == COUNT and is_time else np.ones(len(own))
    own = own * scale[:, None]
    starts = [one.meta.start_time for one in profiles] or [None] * len(joined.runs)
    return Measured(
        profile=profile,
        own=own,
        unit=own.sum(axis=1) / samples,
        is_candidate=np.array([run.side == Side.CANDIDATE for run in joined.runs]),
        operations=np.array([run.operations or np.nan for run in joined.runs], np.float64),
        name=tuple(run.name for run in joined.runs),
        start=np.array([np.nan if start is None else start for start in starts], np.float64),
        seconds=np.array([(run.duration or np.nan) / 1e9 for run in joined.runs], np.float64),
        is_time=is_time,
        notes=joined.notes,
    )


def _counted(profile: Profile) -> int:
    """Return the number of the value that counts samples, else of the first one."""
    for number, kind in enumerate(profile.value_types):
        if kind.unit == COUNT and kind.type in ("samples", "ticks"):
            return number
    return 0
