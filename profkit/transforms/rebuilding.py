"""What transforms end in: samples that stay or move, and a tree of the stacks that they are in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, DeoptTable, SampleTable, StackTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

    Mask = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.integer]

__all__ = ["keep_deopts", "keep_samples", "move_samples", "rebuild"]


def rebuild(profile: Profile, above: Numbers, frame: Numbers, kept: Mask, seat: Numbers) -> Profile:
    """Return a profile with other stacks.

    Of the nodes ``kept`` (``bool``), each is called by ``above`` and is a ``frame``; samples of a
    node go to its ``seat``. All four are of shape ``(nodes,)`` and speak of the profile's own
    nodes, -1 for no caller and for samples that are left out. Equal stacks become one.
    """
    shown = np.flatnonzero(kept)
    number = np.full(len(kept) + 1, ABSENT, np.int64)
    number[shown] = np.arange(len(shown))
    tree, place = StackTree.from_parents(number[above[shown]], frame[shown])
    node_of = np.append(place, ABSENT)[number[seat]]
    return move_samples(profile.replace(tree=tree), node_of)


def move_samples(profile: Profile, node_of: Numbers) -> Profile:
    """Return a profile whose samples are in the nodes ``node_of`` their old ones, -1 for nowhere.

    ``node_of`` has a place for each number that samples have as their node.
    """
    moved = [node_of[thread.samples.node] for thread in profile.threads]
    threads = tuple(
        replace(thread, samples=replace(thread.samples, node=np.maximum(node, 0)))
        for thread, node in zip(profile.threads, moved, strict=True)
    )
    return keep_samples(profile.replace(threads=threads), [node != ABSENT for node in moved])


def keep_samples(profile: Profile, kept: Sequence[Mask]) -> Profile:
    """Return a profile with some samples of each thread, and the stacks that these are in."""
    threads = tuple(
        replace(thread, samples=_some(thread.samples, mask))
        for thread, mask in zip(profile.threads, kept, strict=True)
    )
    tree = profile.tree
    count = np.zeros(len(tree), np.int64)
    for thread in threads:
        count += np.bincount(thread.samples.node, minlength=len(tree))
    reached = tree.totals(count) > 0
    if not reached.all():
        # With a node its callers stay, so that what is left is in depth-first order as before.
        number = np.append(np.cumsum(reached) - reached, reached.sum())
        parent = np.where(tree.parent == ABSENT, ABSENT, number[tree.parent])
        tree = StackTree(parent[reached], tree.frame[reached], number[tree.subtree_end][reached])
        threads = tuple(
            replace(t, samples=replace(t.samples, node=number[t.samples.node])) for t in threads
        )
    return profile.replace(tree=tree, threads=threads)


def keep_deopts(profile: Profile, functions: Mask, *, unknown: bool) -> Profile:
    """Return a profile with the deoptimisations of some functions (shape ``(functions,)``).

    ``unknown`` says whether those stay that befell no known function.
    """
    table = profile.deopts
    kept = np.append(functions, unknown)[table.function]
    told = (table.function[kept], table.kind[kept], table.reason[kept], table.place[kept])
    return profile.replace(deopts=DeoptTable(*told, table.count[kept]))


def _some(samples: SampleTable, kept: Mask) -> SampleTable:
    if kept.all():
        return samples
    return SampleTable(
        samples.node[kept],
        samples.values[kept],
        None if samples.time is None else samples.time[kept],
        None if samples.state is None else samples.state[kept],
    )
