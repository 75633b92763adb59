"""The call tree's nodes as columns: who calls whom, and which function each is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from profkit.errors import FormatError
from profkit.formats.cpuprofile.schema import CallFrame, TickedNode
from profkit.formats.interning import Numbered
from profkit.formats.jsontext import decode
from profkit.profile import ABSENT
from profkit.profile.columns import concat, look_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from profkit.formats.cpuprofile.schema import Node

    Ints = npt.NDArray[np.int64]

__all__ = ["NodeTable", "tabulate"]

_DENSE = 8
_NARROW = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NodeTable:
    """One row a node; columns of shape ``(nodes,)``.

    ``parent`` is the row of the parent, -1 for a root; ``call_frame`` indexes ``call_frames``;
    ``hits`` is the hit count, -1 where the file has none. ``ticks`` are rows of a node, a line and
    how many of its hits fell on it, of shape ``(lines, 3)``; None where nobody asked for lines.
    """

    ids: IdIndex
    parent: Ints
    call_frame: Ints
    hits: Ints
    call_frames: tuple[CallFrame, ...]
    ticks: Ints | None = None

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
        self._rows = np.full(span + 1, ABSENT, np.int32)
        self._rows[ids - self._low] = rows
        if len(twice := np.flatnonzero(self._rows[ids - self._low] != rows)):
            raise KeyError(int(self._rows[ids[twice[0]] - self._low]))

    def find(self, ids: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the row of each id, -1 where there is none; ``int32`` of shape ``(len(ids),)``.

        To spare memory the answer may come in the place of ids that are ``int32``.
        """
        if max(abs(self._low), abs(self._low + len(self._rows))) > _NARROW:
            ids = ids.astype(np.int64, copy=False)
        if self._sorted is None:
            high = self._low + len(self._rows) - 1
            if len(ids) and self._low <= int(ids.min()) and int(ids.max()) < high:
                if ids.dtype != np.int32:
                    return cast("npt.NDArray[Any]", self._rows[ids - self._low])
                look_up(self._rows, ids, self._low)
                return ids
            inside = (ids >= self._low) & (ids < high)
            place = np.where(inside, ids, self._low - 1) - self._low
            return cast("npt.NDArray[Any]", self._rows[place])
        rank = np.searchsorted(self._sorted, ids)
        rank[rank == len(self._sorted)] = 0
        return np.where(self._sorted[rank] == ids, self._rows[rank], np.int32(ABSENT))


def tabulate(batches: Iterable[list[Node]], source: str, at: str) -> NodeTable:
    """Turn nodes, batch by batch, into columns; ``at`` is their path in the file.

    Raises :class:`FormatError` where ids repeat, links lead nowhere or in a circle, or a call frame
    is none.
    """
    columns = _Columns(source, at)
    for batch in batches:
        columns.add(batch)
    return columns.close()


class _Columns:
    """Columns that grow by a batch of nodes at a time."""

    def __init__(self, source: str, at: str) -> None:
        self._source = source
        self._at = at
        self._ids: list[Ints] = []
        self._hits: list[Ints] = []
        self._call_frames: list[Ints] = []
        self._texts = Numbered[bytes]()
        self._counts: list[Ints] = []
        self._children: list[Ints] = []
        self._parents: dict[int, int] = {}
        self._ticks: list[tuple[int, int, int]] | None = None
        self._rows = 0

    def add(self, batch: list[Node]) -> None:
        """Append nodes."""
        count = len(batch)
        self._ids.append(self._column(map(attrgetter("id"), batch), count))
        self._hits.append(self._column(map(attrgetter("hit_count"), batch), count))
        texts = map(bytes, map(attrgetter("call_frame"), batch))
        self._call_frames.append(self._column(map(self._texts.__getitem__, texts), count))
        children = list(map(attrgetter("children"), batch))
        counts = self._column(map(len, children), count)
        self._counts.append(counts)
        self._children.append(self._column(chain.from_iterable(children), int(counts.sum())))
        above = list(map(attrgetter("parent"), batch))
        if above.count(None) < count:
            rows = enumerate(above, self._rows)
            self._parents.update((row, parent) for row, parent in rows if parent is not None)
        if batch and isinstance(batch[0], TickedNode):
            self._ticks = self._ticks or []
            self._ticks += (
                (row, tick.line, tick.ticks)
                for row, node in enumerate(batch, self._rows)
                for tick in node.position_ticks or ()  # type: ignore[attr-defined]
            )
        self._rows += count

    def _column(self, items: Iterable[int], count: int) -> Ints:
        try:
            return np.fromiter(items, np.int64, count)
        except OverflowError:
            raise self._refusal("a number is beyond 64 bits", "") from None

    def _refusal(self, message: str, place: str) -> FormatError:
        return FormatError(self._source, message, where=f"{self._at}{place}")

    def close(self) -> NodeTable:
        """Return the table of all nodes."""
        ids = concat(self._ids, np.int64)
        try:
            index = IdIndex(ids)
        except KeyError as error:
            row = error.args[0]
            message = f"another node has the id {ids[row]} too"
            raise self._refusal(message, f"[{row}].id") from None
        call_frame = concat(self._call_frames, np.int64)
        return NodeTable(
            ids=index,
            parent=self._linked(index),
            call_frame=call_frame,
            hits=concat(self._hits, np.int64),
            call_frames=tuple(self._decoded_call_frames(call_frame)),
            ticks=self._tick_table(),
        )

    def _tick_table(self) -> Ints | None:
        if self._ticks is None:
            return None
        try:
            return np.array(self._ticks, np.int64).reshape(-1, 3)
        except OverflowError:
            raise self._refusal("a number is beyond 64 bits", "") from None

    def _decoded_call_frames(self, call_frame: Ints) -> Iterator[CallFrame]:
        for number, text in enumerate(self._texts):
            try:
                yield decode(text, CallFrame, self._source, at="")
            except FormatError as error:
                row = int(np.flatnonzero(call_frame == number)[0])
                raise self._refusal(error.message, f"[{row}].callFrame{error.where}") from None

    def _linked(self, index: IdIndex) -> Ints:
        """Return each node's parent, from the lists of children or else from links to parents."""
        parent = np.full(self._rows, ABSENT, np.int64)
        counts, child_ids = concat(self._counts, np.int64), concat(self._children, np.int64)
        child, owner = index.find(child_ids), np.repeat(np.arange(self._rows), counts)

        def refuse_child(position: int, why: str) -> FormatError:
            row = owner[position]
            order = position - (np.cumsum(counts) - counts)[row]
            message = f"node {child_ids[position]} {why}"
            return self._refusal(message, f"[{row}].children[{order}]")

        if len(missing := np.flatnonzero(child == ABSENT)):
            raise refuse_child(int(missing[0]), "does not exist")
        position = np.full(self._rows, ABSENT, np.int64)
        position[child] = np.arange(len(child))
        if len(again := np.flatnonzero(position[child] != np.arange(len(child)))):
            raise refuse_child(int(position[child[again[0]]]), "is a child already")
        parent[child] = owner

        rows = np.fromiter(self._parents, np.int64, len(self._parents))
        above = self._column(self._parents.values(), len(rows))
        found = index.find(above)
        if len(missing := np.flatnonzero(found == ABSENT)):
            message = f"node {above[missing[0]]} does not exist"
            raise self._refusal(message, f"[{rows[missing[0]]}].parent")
        free = parent[rows] == ABSENT
        parent[rows[free]] = found[free]
        if (row := _in_circle(parent)) is not None:
            message = "the node is among its own ancestors, or below such a one"
            raise self._refusal(message, f"[{row}]")
        return parent


def _in_circle(parent: Ints) -> int | None:
    """Return the first node from which following parents does not end, if there is one."""
    above = parent
    for _ in range(len(parent).bit_length()):  # each turn looks up twice as far
        if (above == ABSENT).all():
            return None
        above = np.where(above == ABSENT, ABSENT, above[above])
    lost = np.flatnonzero(above != ABSENT)
    return int(lost[0]) if len(lost) else None
