"""Turn a call tree upside down: from where the time is spent to who called for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import ABSENT, concat

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from profkit.profile import StackTree

    Numbers = npt.NDArray[np.int64]
    Keep = Callable[[Numbers, Numbers], npt.NDArray[np.bool_]]

__all__ = ["BottomUp", "bottom_up"]


@dataclass(frozen=True, slots=True)
class BottomUp:
    """Leaf groups and, below each, its callers; columns of shape ``(rows,)``, level by level.

    ``parent`` is the row that this one calls, -1 for a leaf group; ``group`` the row's group;
    ``total`` the value that reaches the leaf through this caller; ``depth`` 0 for leaf groups.
    ``deeper`` counts the rows of the last level whose callers lie beyond the depth asked for.
    """

    parent: Numbers
    group: Numbers
    total: Numbers
    depth: Numbers
    deeper: int


def bottom_up(
    tree: StackTree,
    group: npt.NDArray[np.integer],
    self_values: Numbers,
    *,
    depth: int | None,
    keep: Keep,
    whole: int | None = None,
) -> BottomUp:
    """Group stacks from the leaf upwards, at most ``depth`` levels of callers above the leaf.

    ``group`` (shape ``(nodes,)``) tells which nodes are one function. ``keep(totals, parent
    totals)`` tells which rows of a level stay, and is asked once a level; what it drops is left
    out with all its callers. The parents' total of the first level is ``whole``, the sum of all
    values without it.
    ``depth`` None goes up to the roots.

    All stacks climb one node at a time, as columns. Those that meet in a node below one row go on
    as one, so that the work falls with each level as the tree narrows.
    """
    span = int(group.max(initial=0)) + 1
    cursor = np.flatnonzero(self_values)
    value = np.asarray(self_values)[cursor]
    below = np.full(len(cursor), ABSENT, np.int64)
    whole = int(value.sum()) if whole is None else whole
    parents: list[Numbers] = []
    groups: list[Numbers] = []
    totals: list[Numbers] = []
    known = np.zeros(0, np.int64)
    size = 0
    while len(cursor) and (depth is None or len(totals) <= depth):
        key, row = np.unique((below + 1) * span + group[cursor], return_inverse=True)
        total = _sums(row, value, len(key))
        parent = key // span - 1
        of_parent = known[parent - (size - len(known))] if totals else np.full_like(key, whole)
        kept = keep(total, of_parent)
        number = np.where(kept, np.cumsum(kept) - 1 + size, ABSENT)
        known = total[kept]
        size += len(known)
        parents.append(parent[kept])
        groups.append(key[kept] % span)
        totals.append(known)
        below, cursor, value = _climb(tree, number[row], cursor, value)
    return BottomUp(
        parent=concat(parents, np.int64),
        group=concat(groups, np.int64),
        total=concat(totals, np.int64),
        depth=np.repeat(np.arange(len(totals)), [len(level) for level in totals]),
        deeper=len(np.unique(below)),
    )


def _climb(
    tree: StackTree, row: Numbers, node: Numbers, value: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Go from each node to its caller, but for rows of -1. Returns rows, nodes and their values."""
    caller = tree.parent[node]
    goes_on = (row != ABSENT) & (caller != ABSENT)
    key, meeting = np.unique(row[goes_on] * len(tree) + caller[goes_on], return_inverse=True)
    return key // len(tree), key % len(tree), _sums(meeting, value[goes_on], len(key))


def _sums(place: npt.NDArray[np.intp], value: Numbers, size: int) -> Numbers:
    answer = np.zeros(size, np.int64)
    np.add.at(answer, place, value)
    return answer
