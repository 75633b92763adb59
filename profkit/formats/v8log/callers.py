"""Which code the callers of all ticks were in.

The callers are a tree of addresses. Nearly all addresses were in one and the same code for as long
as any tick shows them; the few ticks that have others in their stacks get stacks of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from profkit.formats.v8log.resolve import Resolver
    from profkit.formats.v8log.ticks import Ticks

    Indexes = npt.NDArray[np.int32]
    Numbers = npt.NDArray[np.int64]

__all__ = ["Callers", "Levels", "extents", "resolve_callers"]


class Levels:
    """The nodes of a tree by their depth, to sum or to hand on along it.

    ``parent`` is of shape ``(nodes,)``, -1 for roots; ``depth``, of that shape, is 0 for a root.
    """

    def __init__(self, parent: npt.NDArray[np.integer], depth: npt.NDArray[np.integer]) -> None:
        self.parent = parent
        self.depth = depth
        deepest = int(depth.max(initial=0))
        # Numbers of 16 bits are sorted by their digits, in a fifth of the time.
        key = depth.astype(np.uint16) if deepest < 1 << 16 else depth
        self._order = np.argsort(key, kind="stable")
        self._ends = np.cumsum(np.bincount(depth))

    def _downwards(self) -> Iterator[Numbers]:
        """Yield the nodes of each level below the roots, from the top."""
        for start, end in zip(self._ends[:-1].tolist(), self._ends[1:].tolist(), strict=True):
            yield self._order[start:end]

    def gather(self, operation: np.ufunc, column: npt.NDArray[np.generic]) -> None:
        """Let each node's value be that of itself and all below it, in place."""
        for nodes in reversed(list(self._downwards())):
            operation.at(column, self.parent[nodes], column[nodes])

    def inherit(self, flags: npt.NDArray[np.bool_]) -> None:
        """Set the flags of all that is below a node with a flag, in place."""
        if not flags.any():
            return
        for nodes in self._downwards():
            flags[nodes] |= flags[self.parent[nodes]]


@dataclass(frozen=True, slots=True)
class Callers:
    """The callers of ticks, resolved; columns of shape ``(nodes,)``, a node after its parent.

    ``place`` is what the resolver answers, -1 where the caller is unknown; ``address`` a row of the
    addresses, ``depth`` the number of further callers; these are ``int32``. ``first`` is the first
    tick that shows the node and ``shown`` how many do; ``int64``. ``of_tick`` is each tick's
    innermost caller, -1 where it has none.
    """

    parent: Indexes
    place: Indexes
    address: Indexes
    depth: Indexes
    first: Numbers
    shown: Numbers
    of_tick: Indexes


def extents(ticks: Ticks, levels: Levels) -> tuple[Numbers, Numbers]:
    """Return the first and the last tick that show each node; ``int64``, shape ``(nodes,)``."""
    first = np.full(len(ticks.parent), len(ticks))
    last = np.full(len(ticks.parent), ABSENT)
    number = np.flatnonzero(ticks.stack != ABSENT)
    np.minimum.at(first, ticks.stack[number], number)
    np.maximum.at(last, ticks.stack[number], number)
    levels.gather(np.minimum, first)
    levels.gather(np.maximum, last)
    return first, last


def resolve_callers(ticks: Ticks, resolver: Resolver) -> Callers:
    """Resolve the callers: once for each node, and by tick where an address varies."""
    levels, first, last = resolver.levels, resolver.first, resolver.last
    place = resolver.at(ticks.address, lambda node: first[node])
    unsteady = resolver.varies(ticks.address, first, last)
    of_tick = ticks.stack
    has_callers = np.flatnonzero(of_tick != ABSENT)
    parent, depth, address = ticks.parent, ticks.depth, ticks.address
    levels.inherit(unsteady)
    by_tick = np.flatnonzero(np.append(unsteady, False)[ticks.stack])
    if len(by_tick):
        path, owner, above = _paths(ticks, by_tick)
        anew = resolver.at(ticks.address[path], lambda row: by_tick[owner[row]])
        of_tick = of_tick.copy()
        of_tick[by_tick] = len(parent) + np.cumsum(depth[ticks.stack[by_tick]] + 1) - 1
        parent = np.concatenate([parent, np.where(above == ABSENT, ABSENT, len(parent) + above)])
        depth = np.concatenate([depth, depth[path]])
        place = np.concatenate([place, anew])
        address = np.concatenate([address, ticks.address[path]])
        levels = Levels(parent, depth)
        first = np.full(len(parent), len(ticks))
        np.minimum.at(first, of_tick[has_callers], has_callers)
        levels.gather(np.minimum, first)
    shown = np.bincount(of_tick[has_callers], minlength=len(parent))
    levels.gather(np.add, shown)
    all_callers = Callers(parent, place, address, depth, first, shown, of_tick)
    return all_callers if shown.all() else _shown_ones(all_callers)


def _shown_ones(callers: Callers) -> Callers:
    """Leave out the nodes that no tick shows."""
    used = np.flatnonzero(callers.shown)
    number = np.full(len(callers.parent) + 1, ABSENT, np.int32)
    number[used] = np.arange(len(used))
    return Callers(
        parent=number[callers.parent[used]],
        place=callers.place[used],
        address=callers.address[used],
        depth=callers.depth[used],
        first=callers.first[used],
        shown=callers.shown[used],
        of_tick=number[callers.of_tick],
    )


def _paths(ticks: Ticks, by_tick: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the nodes of some ticks' stacks, each from the outermost caller to the innermost.

    Also the place of each node's tick in ``by_tick``, and the place of its caller in the answer,
    -1 for the outermost.
    """
    leaf = ticks.stack[by_tick]
    count = ticks.depth[leaf] + 1
    end = np.cumsum(count)
    path = np.empty(int(end[-1]), np.int64)
    place, cursor = end - 1, leaf
    while len(cursor):
        path[place] = cursor
        cursor = ticks.parent[cursor]
        going_on = cursor != ABSENT
        place, cursor = place[going_on] - 1, cursor[going_on]
    above = np.arange(len(path)) - 1
    above[end - count] = ABSENT
    return path, np.repeat(np.arange(len(by_tick)), count), above
