"""A tree whose siblings stand in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, StackTree

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile.columns import IndexColumn

    Integers = npt.NDArray[np.integer]

__all__ = ["by_rank"]


def by_rank(tree: StackTree, rank: Integers) -> tuple[StackTree, Integers]:
    """Return the tree with siblings in the order of their ranks, and each node's place in it.

    ``rank`` (shape ``(nodes,)``) becomes the frame. Siblings of one rank become one node.
    """
    key = (tree.parent.astype(np.int64) + 1) * (int(rank.max(initial=0)) + 1) + rank
    order = np.argsort(key)
    ordered = key[order]
    if (ordered[1:] == ordered[:-1]).any():
        return StackTree.from_parents(tree.parent, rank)
    place = _places(tree, order)
    parent, frame, end = np.empty((3, len(tree)), np.int32)
    parent[place] = np.append(place, ABSENT)[tree.parent]
    frame[place] = rank
    end[place] = place + tree.subtree_end - np.arange(len(tree))
    return StackTree(parent, frame, end), place


def _places(tree: StackTree, order: Integers) -> IndexColumn:
    """Return where nodes go when siblings stand as in ``order``, which has them side by side.

    A node stands one after its parent, plus what its elder siblings take; so its place is the sum
    of these steps along its path, which a running sum over the tree's order gives.
    """
    count = len(tree)
    size = (tree.subtree_end - np.arange(count))[order]
    before = np.cumsum(size) - size
    above = tree.parent[order]
    is_eldest = np.ones(count, bool)
    np.not_equal(above[1:], above[:-1], out=is_eldest[1:])
    step = np.empty(count, np.int64)
    step[order] = 1 + before - before[is_eldest][np.cumsum(is_eldest) - 1]
    path = np.zeros(count + 1, np.int64)
    path[:-1] = step
    # Where a subtree ends, the steps of all nodes whose last descendant was before it end too.
    path -= np.bincount(tree.subtree_end, step, count + 1).astype(np.int64)
    return (np.cumsum(path)[:-1] - 1).astype(np.int32)
