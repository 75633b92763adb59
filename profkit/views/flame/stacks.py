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

__all__ = ["Boxes", "NamedStacks", "left_edges", "named_stacks", "turned_over", "upright"]


class NamedStacks(NamedTuple):
    """A profile's stacks with frames of one function merged, siblings by name.

    ``tree`` has the ranks of functions for frames, ``by_name`` the function of each rank, ``place``
    each node of the profile's tree in this one.
    """

    tree: StackTree
    by_name: IndexColumn
    place: IndexColumn


class Boxes(NamedTuple):
    """The boxes of one part but for that of everything; columns of shape ``(boxes,)``.

    ``depth`` is 1 for those on it. ``existing`` is how many there would be without a least width,
    and ``cut`` the self values of those that are missing.
    """

    function: npt.NDArray[np.integer]
    depth: npt.NDArray[np.integer]
    x: Numbers
    own: Numbers
    total: Numbers
    tier: npt.NDArray[np.integer]
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


def upright(profile: Profile, stacks: NamedStacks, measured: ValueColumn, least: int) -> Boxes:
    """Stand callees on callers; ``measured`` is the own value of each of the profile's nodes."""
    tree = stacks.tree
    own = np.zeros(len(tree), np.int64)
    np.add.at(own, stacks.place, measured)
    total = tree.totals(values(own))
    drawn = np.flatnonzero(total >= least)  # with a node its ancestors, for none is narrower
    spent = np.zeros((0, len(Tier)), np.int64)
    if _has_tiers(profile):
        spent = np.zeros((len(tree), len(Tier)), np.int64)
        tier = profile.frames.tier[profile.tree.frame]
        np.add.at(spent, (stacks.place, tier), profile.tree.totals(measured))
    return Boxes(
        function=stacks.by_name[tree.frame[drawn]],
        depth=tree.depth[drawn] + 1,
        x=left_edges(tree, own)[drawn],
        own=own[drawn],
        total=total[drawn],
        tier=_greatest(spent[drawn] if len(spent) else spent, len(drawn)),
        existing=int(np.count_nonzero(total)),
        cut=int(own.sum()) - int(own[drawn].sum()),
    )


def turned_over(profile: Profile, stacks: NamedStacks, measured: ValueColumn, least: int) -> Boxes:
    """Stand callers on callees, the functions that the value was spent in at the foot.

    What is narrower than ``least`` goes no further up while the stacks are climbed, so a million
    of them are no more work than what is drawn.
    """
    tree, group = stacks.tree, stacks.tree.frame
    own = np.zeros(len(tree), np.int64)
    np.add.at(own, stacks.place, measured)
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
    spent = np.zeros((0, len(Tier)), np.int64)
    if _has_tiers(profile):
        rank = group[stacks.place]
        tier = profile.frames.tier[profile.tree.frame]
        spent = _sums_of_callers(profile.tree, rank, boxes, measured, tier)
    return Boxes(
        function=stacks.by_name[boxes.frame],
        depth=boxes.depth + 1,
        x=left_edges(boxes, remaining),
        own=alone,
        total=total,
        tier=_greatest(spent, len(boxes)),
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


def _has_tiers(profile: Profile) -> bool:
    return bool(profile.frames.tier.any())


def _greatest(spent: Numbers, count: int) -> npt.NDArray[np.int64]:
    """Return the column with the greatest value of each row, 0 for all where there are no rows."""
    found: Numbers = spent.argmax(axis=1) if len(spent) else np.zeros(count, np.int64)
    return found


def _sums_of_callers(
    tree: StackTree,
    group: npt.NDArray[np.integer],
    boxes: StackTree,
    value: ValueColumn,
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
    reaching = np.asarray(value)[node]
    below = np.full(len(node), ABSENT, np.int64)
    while len(node):
        wanted = (below + 1) * span + group[node]
        at = np.searchsorted(known, wanted)
        box = np.where(known[at] == wanted, np.append(order, ABSENT)[at], ABSENT)
        is_drawn = box != ABSENT
        np.add.at(answer, (box[is_drawn], column[node[is_drawn]]), reaching[is_drawn])
        below, node, reaching = climb(tree, box, node, reaching)
    return answer
