"""The tree in the making: nodes that are added to those of the file, and what becomes of it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, Action, Kind, StackTree
from profkit.profile.columns import indexes, look_up, sums_by, unique_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import LedgerBook
    from profkit.profile.columns import IndexColumn

    Ints = npt.NDArray[np.int64]

__all__ = ["Nodes", "build_tree", "place_collections", "place_on_top"]

_NOTHING = (Kind.IDLE, Kind.ROOT)
_RUNTIME = (Kind.GC, Kind.PROGRAM)


@dataclass(frozen=True, slots=True)
class Nodes:
    """One row a node, those of the file first; columns of shape ``(nodes,)``.

    ``parent`` is a row, -1 for a root; ``frame`` the number of its frame; ``kind`` a :class:`Kind`.
    """

    parent: Ints
    frame: Ints
    kind: Ints

    def __len__(self) -> int:
        return len(self.parent)

    def grown(self, parent: Ints, frame: Ints, kind: Ints) -> Nodes:
        """Return these with more nodes behind them."""
        return Nodes(
            np.concatenate([self.parent, parent]),
            np.concatenate([self.frame, frame]),
            np.concatenate([self.kind, kind]),
        )

    def with_calls(self, caller: Ints, callee: Ints) -> tuple[Nodes, Ints]:
        """Add, for each pair, a node like ``callee`` that ``caller`` calls, each pair once.

        Returns the nodes and the row of each pair's node.
        """
        first, number = unique_rows(caller, callee)
        like = callee[first]
        grown = self.grown(caller[first], self.frame[like], self.kind[like])
        return grown, len(self) + number


def place_collections(
    nodes: Nodes, node: Ints, *, over_nothing: bool = False
) -> tuple[Nodes, Ints]:
    """Give samples of the garbage collector to the stacks that they interrupted.

    ``node`` are the samples' rows; they change in place, and are returned too. Nothing is
    interrupted in an idle thread and at the root, unless ``over_nothing``.
    """
    is_root = (nodes.kind == Kind.ROOT) & (nodes.parent == ABSENT)
    at_top = (nodes.parent == ABSENT) | is_root[nodes.parent]
    row = np.flatnonzero(((nodes.kind == Kind.GC) & at_top)[node])
    if not len(row):
        return nodes, node
    # Of several in a row, all interrupted what the first did.
    starts = np.flatnonzero(np.diff(row, prepend=-2) > 1)
    before = np.repeat(row[starts] - 1, np.diff(np.append(starts, len(row))))
    victim = node[before]
    has_victim = before >= 0
    if not over_nothing:
        has_victim &= ~np.isin(nodes.kind[victim], _NOTHING)
    moved = row[has_victim]
    nodes, node[moved] = nodes.with_calls(victim[has_victim], node[moved])
    return nodes, node


def place_on_top(nodes: Nodes, node: Ints) -> tuple[Nodes, Ints]:
    """Put ``(garbage collector)`` and ``(program)`` on the stack before, and on each other.

    Of several in a row, the first stands on the stack, and the other on the first.
    """
    on_top = np.isin(nodes.kind, _RUNTIME)[node]
    if not on_top.any():
        return nodes, node
    rows = np.arange(len(node))
    before = np.maximum.accumulate(np.where(on_top, -1, rows))
    first = node[(before + 1)[on_top]]
    base = np.where(before >= 0, node[before], ABSENT)[on_top]
    above = (base != ABSENT) & ~np.isin(nodes.kind[base], _NOTHING)
    nodes, row = nodes.with_calls(base[above], first[above])
    lower = first.copy()
    lower[above] = row
    upper = node[on_top] != first
    nodes, row = nodes.with_calls(lower[upper], node[on_top][upper])
    placed = lower
    placed[upper] = row
    node = node.copy()
    node[on_top] = placed
    return nodes, node


def build_tree(nodes: Nodes, node: Ints, ledger: LedgerBook) -> tuple[StackTree, IndexColumn]:
    """Return the tree, and for each sample its place in it, which comes in that of its ``node``.

    ``(root)`` is no frame: its children are the roots. It stays, as one of them, where it has
    samples of its own.
    """
    parent = nodes.parent
    used = sums_by(node, None, len(nodes)) > 0
    is_top = (nodes.kind == Kind.ROOT) & (parent == ABSENT)
    if is_top.any():
        orphan = (parent == ABSENT) & ~is_top
        cause = "that no node has as a child: placed at the root"
        ledger.add(Action.REPAIRED, "nodes", cause, int(orphan.sum()))
        parent = np.where((parent != ABSENT) & is_top[parent], ABSENT, parent)
    is_collector = (nodes.kind == Kind.GC) & (parent == ABSENT)
    has_children = np.zeros(len(nodes) + 1, bool)
    has_children[parent] = True  # the place of -1 is one that no node has
    keep = used | has_children[:-1] | ~(is_top | is_collector)
    new_row = np.append(np.cumsum(keep) - 1, ABSENT)
    tree, place = StackTree.from_parents(new_row[parent[keep]], nodes.frame[keep])
    place_of_row = np.append(place, np.int32(ABSENT))[new_row[:-1]]
    look_up(place_of_row, node)
    return tree, indexes(node)
