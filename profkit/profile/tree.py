"""The stack tree: every distinct stack once, in depth-first order.

Depth-first order is what makes views cheap: the subtree of node ``i`` is the slice
``[i, subtree_end[i])``, so a total is a difference of two running sums.

Both builders work level by level: all nodes of one depth at a time, as columns. The cost is
``O(n log n)`` in the number of frames given, plus a small constant for each level.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import InvalidProfileError
from profkit.profile.columns import ABSENT, IndexColumn, ValueColumn, concat, indexes, ragged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

__all__ = ["StackTree"]

_BLOCK_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class StackTree:
    """One row a node; all columns ``int32`` of shape ``(nodes,)``.

    ``parent`` is -1 for a root, else less than the node's own number; ``frame`` indexes the frame
    table; ``subtree_end`` is one past the node's last descendant. Siblings have different frames.
    """

    parent: IndexColumn
    frame: IndexColumn
    subtree_end: IndexColumn

    def __post_init__(self) -> None:
        for field in ("parent", "frame", "subtree_end"):
            object.__setattr__(self, field, indexes(getattr(self, field)))

    def __len__(self) -> int:
        return len(self.parent)

    @property
    def depth(self) -> IndexColumn:
        """The number of ancestors of each node, 0 for a root; shape ``(nodes,)``."""
        count = len(self)
        closing = np.bincount(self.subtree_end, minlength=count + 1)[:count]
        return indexes(np.cumsum(1 - closing) - 1)

    def totals(self, self_values: ValueColumn) -> ValueColumn:
        """Sum ``self_values`` (shape ``(nodes,)``) over each node's subtree; exact integers."""
        running = np.zeros(len(self) + 1, np.int64)
        np.cumsum(self_values, out=running[1:])
        return running[self.subtree_end] - running[:-1]

    def outermost(self, group: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Tell which nodes have no ancestor of their own group; shape ``(nodes,)``.

        ``group`` gives each node a number of 0 or more. Summing totals over outermost nodes counts
        recursion once.
        """
        count = len(self)
        order = np.argsort(group, kind="stable")
        reach = self.subtree_end[order].astype(np.int64)
        # Lifting each group above the one before lets one running maximum serve all groups.
        reach += group[order].astype(np.int64) * (count + 1)
        before = np.empty(count, np.int64)
        before[:1] = 0
        before[1:] = np.maximum.accumulate(reach)[:-1] if count else 0
        start = order + group[order].astype(np.int64) * (count + 1)
        answer = np.empty(count, bool)
        answer[order] = before <= start
        return answer

    def nearest(self, wanted: npt.NDArray[np.bool_]) -> IndexColumn:
        """Return for each node itself or its nearest ancestor in ``wanted``, -1 where none is.

        ``wanted`` and the answer are of shape ``(nodes,)``.
        """
        # The last place serves the roots: they have no caller. Each turn doubles the way up that a
        # node has looked, so there are as many turns as the depth has binary digits.
        nowhere = len(self)
        caller = np.where(self.parent == ABSENT, nowhere, self.parent)
        answer = np.append(np.where(wanted, np.arange(nowhere), caller), nowhere)
        settled = np.append(wanted, True)
        while not settled[answer].all():
            answer = np.where(settled[answer], answer, answer[answer])
        return indexes(np.where(answer[:-1] == nowhere, ABSENT, answer[:-1]))

    def below(self, tops: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Tell which nodes are in ``tops`` or have an ancestor there; shape ``(nodes,)``."""
        change = np.zeros(len(self) + 1, np.int64)
        change[:-1] += tops
        np.subtract.at(change, self.subtree_end[tops], 1)
        return np.cumsum(change)[:-1] > 0

    @classmethod
    def from_parents(
        cls, parent: npt.NDArray[np.integer], frame: npt.NDArray[np.integer]
    ) -> tuple[StackTree, IndexColumn]:
        """Build a tree from parent links in any order, merging siblings of one frame.

        ``parent`` and ``frame`` are of shape ``(n,)``; a root's parent is -1. Returns the tree and,
        for each node given, its place in the tree (shape ``(n,)``).

        Raises :class:`InvalidProfileError` if a parent does not exist or links form a cycle.
        """
        count = len(parent)
        if count and (int(parent.min()) < ABSENT or int(parent.max()) >= count):
            raise InvalidProfileError("a node's parent does not exist")
        order = np.argsort(parent, kind="stable")
        children = np.bincount(parent + 1, minlength=count + 1)
        first = np.cumsum(children) - children
        levels = _Levels()
        node_of = np.full(count, ABSENT, np.int64)
        here = order[: children[0]] if count else order
        above = np.full(len(here), ABSENT, np.int64)
        while len(here):
            by_node, node = levels.add(above, frame[here])
            here = here[by_node]
            node_of[here] = node
            below = children[here + 1]
            above = np.repeat(node, below)
            here = order[ragged(first[here + 1], below)]
        if count and int(node_of.min()) == ABSENT:
            raise InvalidProfileError("nodes are their own ancestors")
        tree, place = levels.close()
        return tree, indexes(place[node_of])

    @classmethod
    def from_trees(
        cls, trees: Sequence[tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]]
    ) -> tuple[StackTree, list[IndexColumn]]:
        """Join trees, each given by its ``parent`` and ``frame``, into one.

        Returns the tree and, for the nodes of each tree given, their places in it.
        """
        starts = np.cumsum([0, *(len(parent) for parent, _ in trees)])
        parents = [
            np.where(parent == ABSENT, ABSENT, parent + start)
            for (parent, _), start in zip(trees, starts, strict=False)
        ]
        tree, place = cls.from_parents(
            concat(parents, np.int64), concat([frame for _, frame in trees], np.int64)
        )
        return tree, np.split(place, starts[1:-1]) if trees else []

    @classmethod
    def from_stacks(
        cls,
        counts: npt.NDArray[np.integer],
        frames: npt.NDArray[np.integer],
        *,
        leaf_first: bool = False,
    ) -> tuple[StackTree, IndexColumn]:
        """Build a tree from stacks, each from root to leaf, or the other way round.

        ``counts`` (shape ``(stacks,)``) is the number of frames of each stack, ``frames`` (shape
        ``(sum(counts),)``) all of them one after the other. Returns the tree and each stack's leaf
        (shape ``(stacks,)``; -1 for a stack without frames).
        """
        counts = np.asarray(counts)
        starts = np.cumsum(counts, dtype=np.int64) - counts
        distinct, stack_of = _distinct_stacks(starts, counts, frames)
        starts, counts = starts[distinct], counts[distinct]
        first, step = (starts + counts - 1, -1) if leaf_first else (starts, 1)
        levels = _Levels()
        leaf = np.full(len(counts), ABSENT, np.int64)
        active = np.flatnonzero(counts > 0)
        above = np.full(len(active), ABSENT, np.int64)
        depth = 0
        while len(active):
            by_node, above = levels.add(above, frames[first[active] + step * depth])
            active = active[by_node]
            depth += 1
            goes_on = counts[active] > depth
            leaf[active[~goes_on]] = above[~goes_on]
            active, above = active[goes_on], above[goes_on]
        tree, place = levels.close()
        leaf = np.where(leaf == ABSENT, ABSENT, place[leaf]) if len(place) else leaf
        return tree, indexes(leaf[stack_of])


class _Levels:
    """A tree being built breadth-first, one depth at a time."""

    def __init__(self) -> None:
        self._parents: list[npt.NDArray[np.int64]] = []
        self._frames: list[npt.NDArray[np.int64]] = []
        self._size = 0

    def add(
        self, parent: npt.NDArray[np.integer], frame: npt.NDArray[np.integer]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Add a level; equal (parent, frame) pairs become one node.

        ``parent`` must not decrease. Returns an order of the pairs that brings those of a node
        together, and the nodes in that order, which do not decrease either.
        """
        rows = len(parent)
        order = np.arange(rows)
        is_first = np.empty(rows, bool)
        is_first[0] = True
        np.not_equal(parent[1:], parent[:-1], out=is_first[1:])
        starts = np.flatnonzero(is_first)
        group = np.cumsum(is_first) - 1
        differs = frame != frame[starts][group]
        if differs.any():
            # Only below nodes that branch here is there anything to sort, and few do.
            branching = np.flatnonzero(np.logical_or.reduceat(differs, starts)[group])
            by_frame = np.lexsort((frame[branching], group[branching]))
            order[branching] = branching[by_frame]
            frame = frame[order]
            is_first[1:] |= frame[1:] != frame[:-1]
        self._parents.append(parent[is_first].astype(np.int64))
        self._frames.append(frame[is_first].astype(np.int64))
        node = np.cumsum(is_first) - 1 + self._size
        self._size += len(self._parents[-1])
        return order, node

    def close(self) -> tuple[StackTree, npt.NDArray[np.int64]]:
        """Put the nodes in depth-first order. Returns the tree and each node's place in it."""
        bounds = np.cumsum([0, *map(len, self._parents)])
        parent = concat(self._parents, np.int64)
        size = np.ones(self._size, np.int64)
        for level in range(len(self._parents) - 1, 0, -1):
            low, high = bounds[level], bounds[level + 1]
            # The copy is of one level; where input and output overlap numpy copies everything.
            np.add.at(size, parent[low:high], size[low:high].copy())
        place = np.empty(self._size, np.int64)
        for level in range(len(self._parents)):
            low, high = bounds[level], bounds[level + 1]
            above, sizes = parent[low:high], size[low:high]
            before = np.cumsum(sizes) - sizes
            if level == 0:
                place[low:high] = before
                continue
            # Within a level nodes are sorted by parent, so siblings stand side by side.
            eldest = np.empty(high - low, bool)
            eldest[0] = True
            np.not_equal(above[1:], above[:-1], out=eldest[1:])
            offset = before[eldest][np.cumsum(eldest) - 1]
            place[low:high] = place[above] + 1 + before - offset
        tree_parent = np.empty(self._size, np.int32)
        tree_frame = np.empty(self._size, np.int32)
        tree_end = np.empty(self._size, np.int32)
        tree_parent[place] = np.where(parent == ABSENT, ABSENT, place[parent])
        tree_frame[place] = concat(self._frames, np.int64)
        tree_end[place] = place + size
        return StackTree(tree_parent, tree_frame, tree_end), place


def _distinct_stacks(
    starts: npt.NDArray[np.int64],
    counts: npt.NDArray[np.integer],
    frames: npt.NDArray[np.integer],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the distinct stacks: returns one stack's number for each, and each stack's row there.

    Stacks are compared by a random hash first, then frame by frame; two different stacks of one
    hash, should that ever happen, are both kept as they are.
    """
    stacks = len(counts)
    if not stacks:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    words = _scattered(0, int(frames.max(initial=-1)) + 1)
    turns = _scattered(len(words), int(counts.max()) + 1) | np.uint64(1)
    hashes = np.empty(stacks, np.uint64)
    blocks = list(_blocks(starts, counts))
    for low, high in blocks:
        within = ragged(np.zeros(high - low, np.int64), counts[low:high])
        at = slice(starts[low], starts[low] + len(within))
        running = np.zeros(len(within) + 1, np.uint64)
        np.cumsum(words[frames[at]] * turns[within], out=running[1:])
        begin = starts[low:high] - starts[low]
        size = counts[low:high]
        hashes[low:high] = running[begin + size] - running[begin] + turns[size]
    _, distinct, stack_of = np.unique(hashes, return_index=True, return_inverse=True)
    twin = distinct[stack_of]
    same = np.array_equal(counts, counts[twin]) and all(
        np.array_equal(
            frames[starts[low] : starts[high - 1] + counts[high - 1]],
            frames[ragged(starts[twin[low:high]], counts[low:high])],
        )
        for low, high in blocks
    )
    if not same:
        return np.arange(stacks), np.arange(stacks)
    return distinct, stack_of


def _blocks(
    starts: npt.NDArray[np.int64], counts: npt.NDArray[np.integer]
) -> Iterator[tuple[int, int]]:
    """Cut the stacks into runs of about a million frames, so that memory stays bounded."""
    total = int(starts[-1] + counts[-1])
    edges = np.searchsorted(starts, np.arange(_BLOCK_SIZE, total, _BLOCK_SIZE))
    bounds = sorted({0, *edges.tolist(), len(starts)})
    yield from itertools.pairwise(bounds)


def _scattered(first: int, count: int) -> npt.NDArray[np.uint64]:
    """Return words that look random: SplitMix64 (Steele, Lea and Flood, 2014) of ``first`` on.

    ``numpy.random`` would do as well, but is 10 ms of start-up.
    """
    word = np.arange(first + 1, first + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))
