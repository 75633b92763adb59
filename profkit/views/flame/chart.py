"""Flame charts: the stacks of a thread in the order of time.

A sample stands for a span of time, as :func:`~profkit.views.activity.spans` has it. Where one span
ends as the next begins, the callers that both stacks share are one box. What is idle, and time of
which nothing is known, stays blank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.profile import Tier
from profkit.views.activity import Activity, activities, longest_gap, spans, timed_threads
from profkit.views.common import shared_frames
from profkit.views.flame.stacks import Boxes

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile, StackTree
    from profkit.views.flame.stacks import NamedStacks

    Numbers = npt.NDArray[np.int64]

__all__ = ["Spans", "by_time", "timed_spans"]


class Spans(NamedTuple):
    """What a thread did: a node from ``start`` to ``end``, in nanoseconds; in order and apart.

    Columns of shape ``(spans,)``. ``idle`` is the time that was left out as idle.
    """

    node: Numbers
    start: Numbers
    end: Numbers
    idle: int


def timed_spans(profile: Profile, *, include_idle: bool) -> tuple[dict[int, Spans], int]:
    """Return the spans of each thread that has samples with times, and how many have none.

    Raises :class:`UsageError` where there are samples, and none has a time.
    """
    timed, untimed = timed_threads(profile, "a flame chart")
    gap = longest_gap(profile)
    return {n: _spans(profile, n, gap, include_idle) for n in timed}, untimed


def _spans(profile: Profile, thread: int, gap: int, include_idle: bool) -> Spans:  # noqa: FBT001
    samples = profile.threads[thread].samples
    start, end = spans(profile, samples, gap)
    shown = end > start
    idle = 0
    if not include_idle:
        is_idle = activities(profile, samples) == Activity.IDLE
        idle = int((end - start)[is_idle].sum())
        shown &= ~is_idle
    node, start, end = samples.node[shown].astype(np.int64), start[shown], end[shown]
    # Samples of one stack that follow each other at once are one span.
    fresh = np.ones(len(node), bool)
    fresh[1:] = (node[1:] != node[:-1]) | (start[1:] != end[:-1])
    last = np.append(np.flatnonzero(fresh)[1:] - 1, len(node) - 1)[: int(fresh.sum())]
    return Spans(node[fresh], start[fresh], end[last], idle)


def by_time(
    profile: Profile, stacks: NamedStacks, found: Spans, *, begin: int, least: int
) -> Boxes:
    """Lay out one thread, level by level; what is too narrow goes no further.

    ``x`` is nanoseconds since ``begin``.
    """
    place = stacks.place[found.node]
    merged = stacks.tree
    depth = merged.depth[place]
    shared = np.zeros(len(place), np.int64)
    joined = np.flatnonzero(found.start[1:] == found.end[:-1]) + 1
    shared[joined] = shared_frames(merged, place[joined - 1], place[joined])
    length = found.end - found.start
    by_level, frames_by_level = _by_level(merged), _by_level(profile.tree)
    tier_of_node = profile.frames.tier[profile.tree.frame]
    rows: list[Numbers] = []
    here = np.arange(len(place))
    level = 0
    while len(here := here[depth[here] >= level]):
        fresh = np.ones(len(here), bool)
        fresh[1:] = (here[1:] != here[:-1] + 1) | (shared[here[1:]] <= level)
        first = np.flatnonzero(fresh)
        total = np.add.reduceat(length[here], first)
        kept = total >= least
        inside = kept[np.cumsum(fresh) - 1]
        own = np.add.reduceat(np.where(depth[here] == level, length[here], 0), first)
        tier = np.zeros(len(first), np.int64)
        if tier_of_node.any():
            run = np.cumsum(fresh) - 1
            spent = np.zeros((len(first), len(Tier)), np.int64)
            node = _ancestor(frames_by_level[level], found.node[here])
            np.add.at(spent, (run, tier_of_node[node]), length[here])
            tier = spent.argmax(axis=1)
        rank = merged.frame[_ancestor(by_level[level], place[here[first]])]
        level += 1
        columns = (stacks.by_name[rank], found.start[here[first]] - begin, own, total, tier)
        table = np.stack([np.full(len(first), level), *columns]).astype(np.int64)
        rows.append(table[:, kept])
        here = here[inside]
    table = np.concatenate([np.zeros((6, 0), np.int64), *rows], axis=1)
    # A box begins no earlier than what it stands on: so this is depth-first order.
    table = table[:, np.lexsort((table[0], table[2]))]
    return Boxes(
        function=table[1],
        depth=table[0],
        x=table[2],
        own=table[3],
        total=table[4],
        tier=table[5],
        sides=np.zeros((0, table.shape[1]), np.int64),
        sides_own=np.zeros((0, table.shape[1]), np.int64),
        existing=int((depth + 1 - shared).sum()),
        cut=int(length.sum()) - int(table[3].sum()),
    )


def _by_level(tree: StackTree) -> list[Numbers]:
    """Return the nodes of each depth, in order."""
    depth = tree.depth
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.cumsum(np.bincount(depth))[:-1]) if len(tree) else []


def _ancestor(level: Numbers, node: npt.NDArray[np.integer]) -> Numbers:
    """Return the ancestors of nodes, or themselves, among the nodes of a depth that is not lower.

    Depth first a node's ancestor is the last one of its depth that stands before it.
    """
    return level[np.searchsorted(level, node, side="right") - 1]
