"""Stacks of functions by name: what flame graphs are laid out from, upright or turned over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.profile import ABSENT, StackTree, Tier
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, values
from profkit.views.bottom_up import Unfolding, bottom_up, climb
from profkit.views.order import function_label

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = [
    "Boxes",
    "Measured",
    "NamedStacks",
    "left_edges",
    "measure",
    "merged_values",
    "named_stacks",
    "turned_over",
    "upright",
]


class NamedStacks(NamedTuple):
    """A profile's stacks with frames of one function merged, siblings by name.

    ``tree`` has the ranks of functions for frames, ``by_name`` the function of each rank, ``place``
    each node of the profile's tree in this one.
    """

    tree: StackTree
    by_name: IndexColumn
    place: IndexColumn


class Measured(NamedTuple):
    """What is laid out, by node of :class:`NamedStacks`.

    ``own`` (``int64``, shape ``(nodes,)``) is how wide a node is by itself; ``sides`` (shape
    ``(sides, nodes)``) are the own values that are compared, none where nothing is. ``by_frame``
    are a profile and the own values of its nodes, which tell of tiers, or None.
    """

    own: Numbers
    sides: Numbers
    by_frame: tuple[Profile, ValueColumn] | None


class Boxes(NamedTuple):
    """The boxes of one part but for that of everything; columns of shape ``(boxes,)``.

    ``depth`` is 1 for those on it. ``sides`` and ``sides_own`` (shape ``(sides, boxes)``) are the
    totals and own values of what is compared. ``existing`` is how many boxes there would be without
    a least width, and ``cut`` the self values of those that are missing.
    """

    function: npt.NDArray[np.integer]
    depth: npt.NDArray[np.integer]
    x: Numbers
    own: Numbers
    total: Numbers
    tier: npt.NDArray[np.integer]
    sides: Numbers
    sides_own: Numbers
    existing: int
    cut: int


def named_stacks(profile: Profile) -> NamedStacks:
    """Return the stacks of a profile, by function and name."""
    labels = [function_label(profile, number) for number in range(len(profile.functions))]
    rows = [(label[0].casefold(), label, number) for number, label in enumerate(labels)]
    by_name = indexes([number for _, _, number in sorted(rows)])
    rank = np.empty(len(by_name), np.int32)
    rank[by_name] = np.arange(len(by_name))
    # A tree's siblings are in the order of their frames' numbers; ranks as frames sort by name.
    tree, place = StackTree.from_parents(profile.tree.parent, rank[profile.function_of_node])
    return NamedStacks(tree, by_name, place)


def measure(profile: Profile, stacks: NamedStacks, own: ValueColumn) -> Measured:
    """Return what one side has: ``own`` is the own value of each of the profile's nodes."""
    merged = merged_values(stacks, own)
    by_frame = (profile, own) if profile.frames.tier.any() else None
    return Measured(merged, np.zeros((0, len(merged)), np.int64), by_frame)


def merged_values(stacks: NamedStacks, own: ValueColumn) -> Numbers:
    """Sum values of the profile's nodes by named stack; shape ``(nodes,)``."""
    answer = np.zeros(len(stacks.tree), np.int64)
    np.add.at(answer, stacks.place, own)
    return answer


def upright(stacks: NamedStacks, measured: Measured, least: int) -> Boxes:
    """Stand callees on callers; what is narrower than ``least`` is left out."""
    tree, own = stacks.tree, measured.own
    total = tree.totals(values(own))
    drawn = np.flatnonzero(total >= least)  # with a node its ancestors, for none is narrower
    tier = np.zeros(len(drawn), np.int64)
    if measured.by_frame:
        profile, by_node = measured.by_frame
        spent = np.zeros((len(tree), len(Tier)), np.int64)
        column = profile.frames.tier[profile.tree.frame]
        np.add.at(spent, (stacks.place, column), profile.tree.totals(by_node))
        tier = spent[drawn].argmax(axis=1)
    totals = [tree.totals(values(side))[drawn] for side in measured.sides]
    return Boxes(
        function=stacks.by_name[tree.frame[drawn]],
        depth=tree.depth[drawn] + 1,
        x=left_edges(tree, own)[drawn],
        own=own[drawn],
        total=total[drawn],
        tier=tier,
        sides=np.array(totals, np.int64).reshape(len(totals), len(drawn)),
        sides_own=measured.sides[:, drawn],
        existing=int(np.count_nonzero(total)),
        cut=int(own.sum()) - int(own[drawn].sum()),
    )


def turned_over(stacks: NamedStacks, measured: Measured, least: int) -> Boxes:
    """Stand callers on callees, the functions that the value was spent in at the foot.

    What is narrower than ``least`` goes no further up while the stacks are climbed, so a million
    of them are no more work than what is drawn.
    """
    tree, group, own = stacks.tree, stacks.tree.frame, measured.own
    dropped = 0

    def keep(total: Numbers, of_parent: Numbers) -> npt.NDArray[np.bool_]:  # noqa: ARG001
        nonlocal dropped
        kept = total >= least
        dropped += int((~kept).sum())
        return kept

    rows = bottom_up(tree, group, own, depth=None, keep=keep)
    unfolding = Unfolding(rows.parent, rows.tail)
    boxes, place = StackTree.from_parents(
        unfolding.parent, unfolding.groups(tree, group, rows.group, rows.node)
    )
    total = np.empty(len(boxes), np.int64)
    total[place] = rows.total[unfolding.row]
    has_callee = boxes.parent != ABSENT
    remaining = total.copy()
    np.subtract.at(remaining, boxes.parent[has_callee], total[has_callee])
    alone = np.where(has_callee, 0, total)
    tier = np.zeros(len(boxes), np.int64)
    if measured.by_frame and len(boxes):
        profile, by_node = measured.by_frame
        column = profile.frames.tier[profile.tree.frame]
        rank = group[stacks.place]
        tier = _sums_of_callers(profile.tree, rank, boxes, by_node, column).argmax(axis=1)
    one = np.zeros(len(tree), np.int64)
    sides = [_sums_of_callers(tree, group, boxes, side, one)[:, 0] for side in measured.sides]
    reaching = np.array(sides, np.int64).reshape(len(sides), len(boxes))
    return Boxes(
        function=stacks.by_name[boxes.frame],
        depth=boxes.depth + 1,
        x=left_edges(boxes, remaining),
        own=alone,
        total=total,
        tier=tier,
        sides=reaching,
        sides_own=np.where(has_callee, 0, reaching),
        existing=len(boxes) + dropped,
        cut=int(own.sum()) - int(alone.sum()),
    )


def left_edges(tree: StackTree, own: Numbers) -> Numbers:
    """Return where each node begins: all that stands to its left, its ancestors' own value not."""
    path = np.zeros(len(tree) + 1, np.int64)
    path[:-1] = own
    np.subtract.at(path, tree.subtree_end, own)
    ancestors = np.cumsum(path)[:-1] - own
    left: Numbers = np.cumsum(own) - own - ancestors
    return left


def _sums_of_callers(
    tree: StackTree,
    group: npt.NDArray[np.integer],
    boxes: StackTree,
    value: Numbers,
    column: npt.NDArray[np.integer],
) -> Numbers:
    """Sum what reaches each box of a tree turned over, by the column of the nodes it comes through.

    ``boxes`` has groups for frames. ``group``, ``value`` and ``column`` are of shape ``(nodes,)``,
    the answer of shape ``(boxes, columns)``.
    """
    span = int(max(group.max(initial=0), boxes.frame.max(initial=0))) + 1
    key = (boxes.parent.astype(np.int64) + 1) * span + boxes.frame
    order = np.argsort(key)
    known = np.append(key[order], np.iinfo(np.int64).max)
    answer = np.zeros((len(boxes), int(column.max(initial=0)) + 1), np.int64)
    node = np.flatnonzero(value)
    reaching = value[node]
    below = np.full(len(node), ABSENT, np.int64)
    while len(node):
        wanted = (below + 1) * span + group[node]
        at = np.searchsorted(known, wanted)
        box = np.where(known[at] == wanted, np.append(order, ABSENT)[at], ABSENT)
        is_drawn = box != ABSENT
        np.add.at(answer, (box[is_drawn], column[node[is_drawn]]), reaching[is_drawn])
        below, node, reaching = climb(tree, box, node, reaching)
    return answer
