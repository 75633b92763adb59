"""From joined runs to matrices: what each run spent in each node, and in groups of them.

Waiting is left out. Garbage collection is a row of its own: where it strikes is chance, so it is in
no caller's total. All matrices are float64, one row a run.
"""

from __future__ import annotations

from dataclasses import dataclass
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
        called = np.where(self.is_collector, 0, own)
        running = np.zeros((len(own), own.shape[1] + 1))
        np.cumsum(called, axis=1, out=running[:, 1:])
        below = running[:, self.profile.tree.subtree_end] - running[:, :-1]
        return self.by(self.function[self.outermost], below[:, self.outermost])

    def by(self, group: npt.NDArray[np.integer], cost: Floats, size: int | None = None) -> Floats:
        """Sum costs of nodes by their groups, functions unless ``size`` says how many there are."""
        size = len(self.profile.functions) if size is None else size
        return np.array([np.bincount(group, row, size) for row in cost]).reshape(len(cost), size)

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
    def category(self) -> IndexColumn:
        """The category of each function."""
        return category_of_function(self.profile)


def measure(
    joined: Joined,
    profiles: Sequence[Profile] = (),
    *,
    value_type: int = 0,
) -> Measured:
    """Return what runs spent; ``profiles`` are those that were joined, where they are at hand.

    Raises :class:`~profkit.errors.UsageError` where a run has no sample but of waiting.
    """
    profile = joined.profile
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
