"""The difference of two sides as a tree: where on the way from caller to callee it comes in.

It is a view of a profile like any other, the difference profile: that of all runs, with the mean
cost of the base, of the candidate, and what the latter has more, as the values of each stack.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from profkit.display import Displayed
from profkit.profile import ABSENT, DeoptTable, SampleTable, Thread, ValueType
from profkit.profile.columns import freeze, indexes
from profkit.transforms.joining import Side
from profkit.views.costs import scaling
from profkit.views.grouped import CallerGrouping, grouped
from profkit.views.heavy import HeavyOptions, heavy
from profkit.views.tree import TreeOptions, tree

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.transforms.joining import Joined
    from profkit.views.calltree import CallTree
    from profkit.views.costs import CostColumn, Per

    Numbers = npt.NDArray[np.int64]

__all__ = ["DiffTree", "DiffTreeOptions", "Direction", "diff_tree", "difference"]

Direction = Literal["heavy", "tree"]

_STEPS = 1e12
"""How finely costs are written as integers: in so many steps for the whole of the dearest run."""

_BASE, _CANDIDATE, _DELTA = range(3)


@dataclass(frozen=True, slots=True)
class DiffTreeOptions:
    """Which way the tree goes, how far, and what stands in it.

    ``heavy`` goes from the code that costs more or less up to its callers, ``tree`` from the roots
    down. ``limit`` is for the first level of a heavy tree, ``depth`` for the levels, None for all;
    ``min_share`` is the least fraction of all changes together that a row must have. ``by`` is what
    :func:`~profkit.views.grouped.grouped` takes; the others are those of
    :class:`~profkit.views.diff.DiffOptions`.
    """

    direction: Direction = "heavy"
    by: CallerGrouping = "function"
    per: Per | None = None
    limit: int | None = None
    depth: int | None = None
    min_share: float = 0.0
    value_type: int = 0
    include_idle: bool = False


@dataclass(frozen=True, slots=True)
class DiffTree(Displayed):
    """Rows under rows, those that differ most first.

    ``rows`` is a heavy view or a tree of the difference profile ``rows.profile``, by the change of
    its costs. ``base``, ``candidate``, ``own_base`` and ``own_candidate`` (``float64``, of shape
    ``(rows,)``) are the totals and the self values of each row on both sides, in ``unit``; of a
    caller in a heavy view there are no self values. ``whole`` is the cost of everything, in the
    base and the candidate. ``joined`` has the runs.
    """

    joined: Joined = field(repr=False, compare=False)
    options: DiffTreeOptions
    unit: str
    rows: CallTree[HeavyOptions] | CallTree[TreeOptions]
    base: CostColumn
    candidate: CostColumn
    own_base: CostColumn
    own_candidate: CostColumn
    whole: tuple[float, float]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def delta(self) -> CostColumn:
        """How much more the candidate costs, along the rows that lead here."""
        return self.candidate - self.base


def difference(
    joined: Joined, per: Per | None = None, value_type: int = 0, *, include_idle: bool = False
) -> tuple[Profile, str, float]:
    """Return the difference of two sides as a profile, the unit of costs, and their resolution.

    It has the stacks of all runs, in one thread with one sample for each stack that cost anything,
    and three values: the mean ``base``, the mean ``candidate``, and ``delta``, which may be
    negative. As values are integers, they count steps of the resolution, in that unit.

    Raises :class:`~profkit.errors.UsageError` as :func:`~profkit.views.costs.costs` does.
    """
    unit, per, factor = scaling(joined, value_type, per)
    own = joined.self_values(value_type, include_idle=include_idle).astype(np.float64)
    whole = own.sum(axis=1)
    if per == "share":
        factor = np.divide(1.0, whole, out=np.zeros(len(whole)), where=whole != 0)
    resolution = float((whole * factor).max(initial=0)) / _STEPS or 1.0
    own *= factor[:, None] / resolution
    base, candidate = (np.rint(own[joined.of_side(side)].mean(axis=0)) for side in Side)
    node = indexes(np.flatnonzero((base != 0) | (candidate != 0)))
    measured = np.stack([base[node], candidate[node], (candidate - base)[node]], axis=1)
    profile = joined.profile.replace(
        value_types=tuple(ValueType(name, unit) for name in ("base", "candidate", "delta")),
        threads=(Thread("", SampleTable(node, measured.astype(np.int64))),),
        deopts=DeoptTable(),
    )
    return profile, unit, resolution


def diff_tree(joined: Joined, options: DiffTreeOptions | None = None) -> DiffTree:
    """Compare two sides stack by stack.

    Raises :class:`~profkit.errors.UsageError` as :func:`~profkit.views.costs.costs` does.
    """
    options = options or DiffTreeOptions()
    joined = replace(joined, profile=grouped(joined.profile, options.by))
    profile, unit, resolution = difference(
        joined, options.per, options.value_type, include_idle=options.include_idle
    )
    rows: CallTree[HeavyOptions] | CallTree[TreeOptions]
    if options.direction == "heavy":
        rows = heavy(profile, HeavyOptions(options.limit, options.depth, options.min_share, _DELTA))
        nodes = _stacks_of_heavy(profile, rows)
    else:
        rows = tree(profile, TreeOptions(options.depth, options.min_share, value_type=_DELTA))
        nodes = _nodes_of_tree(profile, rows)
    base, candidate = (profile.self_values(number) for number in (_BASE, _CANDIDATE))
    is_first = rows.parent == ABSENT
    columns = []
    for own in (base, candidate):
        value = own if options.direction == "heavy" else profile.tree.totals(own)
        total = np.array([value[one].sum() for one in nodes], np.float64) * resolution
        if options.direction == "heavy":
            itself = np.where(is_first, total, 0)
        else:
            itself = np.array([own[one].sum() for one in nodes], np.float64) * resolution
        columns += [total, itself]
    for column in columns:
        freeze(column)
    return DiffTree(
        joined=joined,
        options=options,
        unit=unit,
        rows=rows,
        base=columns[0],
        candidate=columns[2],
        own_base=columns[1],
        own_candidate=columns[3],
        whole=(float(base.sum()) * resolution, float(candidate.sum()) * resolution),
    )


def _stacks_of_heavy(profile: Profile, rows: CallTree[HeavyOptions]) -> list[Numbers]:
    """Return for each row the nodes whose self value came along it."""
    function, above = profile.function_of_node, profile.tree.parent.astype(np.int64)
    leaves: list[Numbers] = []
    here: list[Numbers] = []  # the node of the row's own function above each of the leaves
    for parent, wanted in zip(rows.parent.tolist(), rows.function.tolist(), strict=True):
        if parent == ABSENT:
            nodes = np.flatnonzero(function == wanted)
            leaves.append(nodes)
            here.append(nodes)
            continue
        caller = above[here[parent]]
        kept = (caller != ABSENT) & (function[caller] == wanted)
        leaves.append(leaves[parent][kept])
        here.append(caller[kept])
    return leaves


def _nodes_of_tree(profile: Profile, rows: CallTree[TreeOptions]) -> list[Numbers]:
    """Return for each row the nodes that were merged in it."""
    function, above = profile.function_of_node, profile.tree.parent
    answer: list[Numbers] = []
    for parent, wanted in zip(rows.parent.tolist(), rows.function.tolist(), strict=True):
        if parent == ABSENT:
            callees = np.flatnonzero(above == ABSENT)
        else:
            inside = np.zeros(len(above) + 1, bool)
            inside[answer[parent]] = True
            callees = np.flatnonzero(inside[above])
        answer.append(callees[function[callees] == wanted])
    return answer
