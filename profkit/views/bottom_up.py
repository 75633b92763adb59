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

__all__ = ["BottomUp", "Unfolding", "bottom_up", "climb"]


@dataclass(frozen=True, slots=True)
class BottomUp:
    """Leaf groups and, below each, its callers; columns of shape ``(rows,)``, parents first.

    ``parent`` is the row that this one calls, -1 for a leaf group; ``group`` the row's group;
    ``total`` the value that reaches the leaf through this caller. Where only one stack is left,
    its rows are not written out: ``tail`` counts those that go on from a row, one below the other
    and all with its total, and ``node`` is the row's node in the tree, whose ancestors they are.
    ``deeper`` counts the rows whose callers lie beyond the depth asked for.
    """

    parent: Numbers
    group: Numbers
    total: Numbers
    node: Numbers
    tail: Numbers
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
    out with all its callers, and what has the total of a parent that stays must stay. The parents'
    total of the first level is ``whole``, the sum of all values without it.
    ``depth`` None goes up to the roots.

    All stacks climb one node at a time, as columns. Those that meet in a node below one row go on
    as one, and one that is alone below its row is done: the work falls with each level.
    """
    span = int(group.max(initial=0)) + 1
    height = tree.depth
    cursor = np.flatnonzero(self_values)
    value = np.asarray(self_values)[cursor]
    below = np.full(len(cursor), ABSENT, np.int64)
    whole = int(value.sum()) if whole is None else whole
    levels: list[npt.NDArray[np.int64]] = []
    known = np.zeros(0, np.int64)
    size = deeper = 0
    while len(cursor) and (depth is None or len(levels) <= depth):
        key, row = np.unique((below + 1) * span + group[cursor], return_inverse=True)
        total = _sums(row, value, len(key))
        parent = key // span - 1
        of_parent = known[parent - (size - len(known))] if levels else np.full_like(key, whole)
        kept = keep(total, of_parent)
        is_alone = np.bincount(row, minlength=len(key)) == 1
        node = np.zeros(len(key), np.int64)
        node[row] = cursor
        tail = np.where(is_alone, height[node], 0)
        if depth is not None:
            room = depth - len(levels)
            deeper += int((kept & (tail > room)).sum())
            tail = np.minimum(tail, room)
        number = np.where(kept, np.cumsum(kept) - 1 + size, ABSENT)
        known = total[kept]
        size += len(known)
        levels.append(np.stack([parent[kept], key[kept] % span, known, node[kept], tail[kept]]))
        number[is_alone] = ABSENT
        below, cursor, value = climb(tree, number[row], cursor, value)
    parents, groups, totals, nodes, tails = np.concatenate(
        [np.zeros((5, 0), np.int64), *levels], axis=1
    )
    return BottomUp(parents, groups, totals, nodes, tails, deeper + len(np.unique(below)))


class Unfolding:
    """Rows with their tails written out: each row's own follows it at once.

    ``row`` (shape ``(unfolded,)``, like the others) is the row that each comes from, ``step`` its
    place in that row's tail, 0 for the row itself, and ``parent`` its parent.
    """

    def __init__(self, parent: npt.NDArray[np.integer], tail: npt.NDArray[np.integer]) -> None:
        size = tail + 1
        self._start = np.cumsum(size) - size
        count = int(size.sum())
        self.row = np.repeat(np.arange(len(tail), dtype=np.int32), size)
        number = np.arange(count, dtype=np.int32)
        self.step = number - np.repeat(self._start.astype(np.int32), size)
        self.parent = number - 1
        self.parent[self._start] = np.append(self._start, ABSENT)[parent]
        self._tail = tail

    def groups(
        self,
        tree: StackTree,
        group_of_node: npt.NDArray[np.integer],
        group: npt.NDArray[np.integer],
        node: npt.NDArray[np.integer],
    ) -> npt.NDArray[np.int32]:
        """Return the group of each; ``group`` and ``node`` are those of the rows."""
        answer = np.empty(len(self.row), np.int32)
        answer[self._start] = group
        # The longest first, so that those that go on are always the first ones.
        order = np.argsort(-self._tail, kind="stable")
        place, here = self._start[order], node[order]
        going_on = len(order) - np.cumsum(np.bincount(self._tail))[:-1]
        for step, end in enumerate(going_on.tolist(), 1):
            here = tree.parent[here[:end]]
            answer[place[:end] + step] = group_of_node[here]
        return answer


def climb(
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
