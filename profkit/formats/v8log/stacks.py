"""The stacks of a log's ticks as one tree of addresses.

The stacks of neighbouring ticks differ near the leaf and have all below in common, down to the last
byte of their text. So each text is compared with the one before, from its end, and only what
differs is taken apart. What a log of 64 callers a tick has to have read that way is a few of them.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import ABSENT, IndexColumn

if TYPE_CHECKING:
    from profkit.formats.v8log.ticks import Addresses

__all__ = ["RelativeStackError", "StackReader", "shifted"]

_TEXT_LIMIT = 32 << 20
_WAITING_LIMIT = 1 << 12


class RelativeStackError(Exception):
    """A stack's text has no meaning of its own: it goes on from the tick's pc."""


def shifted(nodes: array[int], by: int) -> IndexColumn:
    """Return numbers of nodes raised by so much, but for -1; ``int32``."""
    column = np.array(nodes, np.int32)
    column[column != ABSENT] += by
    return column


class StackReader(dict[bytes, int]):
    """Numbers the distinct texts of stacks: each is the number of its node, -1 for no callers.

    The nodes grow in runs, each caller on its own caller, from the outermost new one on. Of a run
    only its first node and what that stands on are kept while reading, and its text, which is taken
    apart together with others'.
    """

    def __init__(self, addresses: Addresses) -> None:
        super().__init__({b"": ABSENT})
        self._addresses = addresses
        self._nodes = 0
        self._first = array("i")
        self._above = array("i")
        self._depth = array("i")
        self._waiting: list[bytes] = []
        # Rows of the addresses, as the text has them: the innermost caller of a run first.
        self._rows = array("i")
        # Of the stack before: its text as a number, and its runs from the outermost on, each by
        # its depth and its first node, up to where the next one begins.
        self._before = 0
        self._depths: list[int] = []
        self._runs: list[int] = []
        self._size = 0

    def __missing__(self, text: bytes) -> int:
        if b"+" in text or b"-" in text:
            raise RelativeStackError
        self._size += len(text)
        if self._size > _TEXT_LIMIT:
            # Memory must not grow with the file; forgetting only costs reading texts anew.
            self.clear()
            self[b""] = ABSENT
            self._size = len(text)
        value = int.from_bytes(text, "big")
        difference = value ^ self._before
        self._before = value
        equal = (difference ^ difference - 1).bit_length() - 1 >> 3 if difference else len(text)
        shared = text.count(b",", len(text) - equal) if equal else 0
        head = text[: text.index(b",", len(text) - equal)] if shared else text
        self[text] = node = self._grow(shared, head)
        return node

    def read_anew(self, text: bytes) -> int:
        """Return the node of a stack of absolute addresses, without remembering its text."""
        self._before = 0
        return self._grow(0, text)

    def _grow(self, shared: int, head: bytes) -> int:
        """Add a run of nodes for a text above so many callers of the stack before.

        Stacks that are not neighbours may have equal nodes: the call tree merges them in one go.
        """
        depths, runs = self._depths, self._runs
        while depths and depths[-1] >= shared:
            depths.pop()
            runs.pop()
        self._above.append(runs[-1] + shared - depths[-1] - 1 if depths else ABSENT)
        self._first.append(self._nodes)
        self._depth.append(shared)
        depths.append(shared)
        runs.append(self._nodes)
        self._nodes += head.count(b",") + 1
        self._waiting.append(head)
        if len(self._waiting) >= _WAITING_LIMIT:
            self._take_apart()
        return self._nodes - 1

    def _take_apart(self) -> None:
        if self._waiting:
            tokens = b",".join(self._waiting).split(b",")
            self._rows.extend(map(self._addresses.__getitem__, tokens))
            self._waiting.clear()

    def forget_texts(self) -> None:
        """Forget the texts of stacks: they serve reading only, and are long."""
        self._take_apart()
        self.clear()

    def append(self, later: StackReader, address: IndexColumn) -> int:
        """Add a later reader's nodes; ``address`` is this one's row for each of its addresses.

        Returns by how much the numbers of its nodes grow.
        """
        self._take_apart()
        later._take_apart()
        before = self._nodes
        self._nodes += later._nodes
        self._first.frombytes(shifted(later._first, before).tobytes())
        self._above.frombytes(shifted(later._above, before).tobytes())
        self._depth += later._depth
        self._rows.frombytes(address[np.array(later._rows, np.int32)].tobytes())
        return before

    def nodes(self) -> tuple[IndexColumn, IndexColumn, IndexColumn]:
        """Return all nodes; ``int32`` columns of shape ``(nodes,)``.

        A caller's own caller, -1 for the outermost, which stands before it; the number of further
        callers; and the row of its address.
        """
        self._take_apart()
        number = np.arange(self._nodes, dtype=np.int32)
        first = np.array(self._first, np.int32)
        parent = number - np.int32(1)
        parent[first] = np.array(self._above, np.int32)
        count = np.diff(first, append=self._nodes)
        depth = number - np.repeat(first - np.array(self._depth, np.int32), count)
        # Backwards within each run: the texts begin with the innermost caller.
        order = np.repeat(first + first + count.astype(np.int32) - np.int32(1), count) - number
        return parent, depth, np.array(self._rows, np.int32)[order]
