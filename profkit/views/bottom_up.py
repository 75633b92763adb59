"""Turn a call tree upside down: from where the time is spent to who called for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import ABSENT

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
    """

    parent: Numbers
    group: Numbers
    total: Numbers
    depth: Numbers


def bottom_up(
    tree: StackTree,
    group: npt.NDArray[np.integer],
    self_values: Numbers,
    *,
    depth: int,
    keep: Keep,
) -> BottomUp:
    """Group stacks from the leaf upwards, at most ``depth`` levels of callers above the leaf.

    ``group`` (shape ``(nodes,)``) tells which nodes are one function. ``keep(totals, parent
    totals)`` tells which rows of a level stay; what it drops is left out with all its callers. The
    parents' total of the first level is the sum of all values.
    """
    span = int(group.max(initial=0)) + 1
    cursor = np.flatnonzero(self_values)
    value = self_values[cursor]
    below = np.full(len(cursor), ABSENT, np.int64)
    whole = int(value.sum())
    parents, groups, totals, depths = [], [], [], []
    known = np.zeros(0, np.int64)
    size = 0
    for level in range(depth + 1):
        if not len(cursor):
            break
        key, row = np.unique((below + 1) * span + group[cursor], return_inverse=True)
        total = np.zeros(len(key), np.int64)
        np.add.at(total, row, value)
        parent = key // span - 1
        of_parent = known[parent] if level else np.full(len(key), whole, np.int64)
        kept = keep(total, of_parent)
        number = np.where(kept, np.cumsum(kept) - 1 + size, ABSENT)
        size += int(kept.sum())
        parents.append(parent[kept])
        groups.append(key[kept] % span)
        totals.append(total[kept])
        depths.append(np.full(int(kept.sum()), level))
        known = np.concatenate([known, total[kept]])
        caller = tree.parent[cursor]
        goes_on = kept[row] & (caller != ABSENT)
        below = number[row][goes_on]
        cursor, value = caller[goes_on], value[goes_on]
    empty = [np.zeros(0, np.int64)]
    return BottomUp(*(np.concatenate(columns or empty) for columns in (parents, groups, totals, depths)))
