"""The call tree's nodes as columns: who calls whom, and which function each is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import FormatError
from profkit.formats.cpuprofile.schema import CallFrame
from profkit.formats.interning import Numbered
from profkit.formats.jsontext import decode
from profkit.profile import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from profkit.formats.cpuprofile.schema import Node

    Ints = npt.NDArray[np.int64]

__all__ = ["NodeTable", "tabulate"]

_DENSE = 8


@dataclass(frozen=True, slots=True)
class NodeTable:
    """One row a node; columns of shape ``(nodes,)``.

    ``parent`` is the row of the parent, -1 for a root; ``call_frame`` indexes ``call_frames``;
    ``hits`` is the hit count, -1 where the file has none.
    """

    ids: IdIndex
    parent: Ints
    call_frame: Ints
    hits: Ints
    call_frames: tuple[CallFrame, ...]

    def __len__(self) -> int:
        return len(self.parent)


class IdIndex:
    """Finds the row of an id; ids may stand in any order."""

    def __init__(self, ids: Ints) -> None:
        """Take ``ids`` of shape ``(rows,)``. Raises ``KeyError(row)`` for one that came before."""
        self._low = int(ids.min(initial=0))
        span = int(ids.max(initial=0)) - self._low + 1
        rows = np.arange(len(ids), dtype=np.int64)
        self._sorted: Ints | None = None
        if span > _DENSE * len(ids) + _DENSE:
            self._sorted, ranks = np.unique(ids, return_inverse=True)
            self._low, span, ids = 0, len(self._sorted), ranks
        self._rows = np.full(span + 1, ABSENT, np.int64)
        self._rows[ids - self._low] = rows
        if len(twice := np.flatnonzero(self._rows[ids - self._low] != rows)):
            raise KeyError(int(self._rows[ids[twice[0]] - self._low]))

    def find(self, ids: Ints) -> Ints:
        """Return the row of each id, -1 where there is none; shape ``(len(ids),)``."""
        if self._sorted is None:
            inside = (ids >= self._low) & (ids < self._low + len(self._rows) - 1)
            return self._rows[np.where(inside, ids - self._low, -1)]
        rank = np.searchsorted(self._sorted, ids)
        rank[rank == len(self._sorted)] = 0
        return np.where(self._sorted[rank] == ids, self._rows[rank], ABSENT)


def tabulate(nodes: list[Node], source: str, at: str) -> NodeTable:
    """Turn nodes into columns; ``at`` is their path in the file.

    Raises :class:`FormatError` where ids repeat, links lead nowhere or in a circle, or a call frame
    is none.
    """
    count = len(nodes)
    ids = _column(map(attrgetter("id"), nodes), count, source, at)
    try:
        index = IdIndex(ids)
    except KeyError as error:
        row = error.args[0]
        raise FormatError(
            source, f"another node has the id {ids[row]} too", where=f"{at}[{row}].id"
        ) from None
    call_frame, call_frames = _distinct_call_frames(nodes, source, at)
    return NodeTable(
        ids=index,
        parent=_parents(nodes, index, source, at),
        call_frame=call_frame,
        hits=_column(map(attrgetter("hit_count"), nodes), count, source, at),
        call_frames=call_frames,
    )


def _column(items: Iterable[int], count: int, source: str, at: str) -> Ints:
    try:
        return np.fromiter(items, np.int64, count)
    except OverflowError:
        raise FormatError(source, "a number is beyond 64 bits", where=at) from None


def _parents(nodes: list[Node], index: IdIndex, source: str, at: str) -> Ints:
    """Return each node's parent, from the lists of children or else from links to parents."""
    count = len(nodes)
    parent = np.full(count, ABSENT, np.int64)
    children = list(map(attrgetter("children"), nodes))
    counts = np.fromiter(map(len, children), np.int64, count)
    child_ids = _column(chain.from_iterable(children), int(counts.sum()), source, at)
    child, owner = index.find(child_ids), np.repeat(np.arange(count), counts)

    def refuse_child(position: int, why: str) -> None:
        row = owner[position]
        place = f"{at}[{row}].children[{position - (np.cumsum(counts) - counts)[row]}]"
        raise FormatError(source, f"node {child_ids[position]} {why}", where=place)

    if len(missing := np.flatnonzero(child == ABSENT)):
        refuse_child(int(missing[0]), "does not exist")
    position = np.full(count, ABSENT, np.int64)
    position[child] = np.arange(len(child))
    if len(again := np.flatnonzero(position[child] != np.arange(len(child)))):
        refuse_child(int(position[child[again[0]]]), "is a child already")
    parent[child] = owner

    above = list(map(attrgetter("parent"), nodes))
    if above.count(None) < count:
        rows = np.array([r for r, p in enumerate(above) if p is not None], np.int64)
        ids = _column((p for p in above if p is not None), len(rows), source, at)
        found = index.find(ids)
        if len(missing := np.flatnonzero(found == ABSENT)):
            where = f"{at}[{rows[missing[0]]}].parent"
            raise FormatError(source, f"node {ids[missing[0]]} does not exist", where=where)
        free = parent[rows] == ABSENT
        parent[rows[free]] = found[free]
    _refuse_circles(parent, source, at)
    return parent


def _refuse_circles(parent: Ints, source: str, at: str) -> None:
    """Raise :class:`FormatError` where following parents does not end."""
    above = parent
    for _ in range(len(parent).bit_length()):  # each turn looks up twice as far
        if (above == ABSENT).all():
            return
        above = np.where(above == ABSENT, ABSENT, above[above])
    if len(lost := np.flatnonzero(above != ABSENT)):
        where = f"{at}[{lost[0]}]"
        raise FormatError(
            source, "the node is among its own ancestors, or below such a one", where=where
        )


def _distinct_call_frames(
    nodes: list[Node], source: str, at: str
) -> tuple[Ints, tuple[CallFrame, ...]]:
    rows = Numbered[bytes]()
    texts = map(bytes, map(attrgetter("call_frame"), nodes))
    column = np.fromiter(map(rows.__getitem__, texts), np.int64, len(nodes))
    frames = []
    for number, text in enumerate(rows):
        try:
            frames.append(decode(text, CallFrame, source))
        except FormatError:
            row = int(np.flatnonzero(column == number)[0])
            decode(text, CallFrame, source, at=f"{at}[{row}].callFrame")  # the same, with its place
            raise
    return column, tuple(frames)
