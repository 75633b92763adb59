"""The stacks of a log's ticks as one tree of addresses.

The stacks of neighbouring ticks differ near the leaf and have all below in common, down to the last
byte of their text. So each text is compared with the one before, from its end, and only what
differs is taken apart. What a log of 64 callers a tick has to have read that way is a few of them.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from profkit.profile.columns import ABSENT

if TYPE_CHECKING:
    from profkit.formats.v8log.ticks import Addresses

__all__ = ["RelativeStackError", "StackReader"]

_TEXT_LIMIT = 32 << 20


class RelativeStackError(Exception):
    """A stack's text has no meaning of its own: it goes on from the tick's pc."""


class StackReader(dict[bytes, int]):
    """Numbers the distinct texts of stacks: each is the number of its node, -1 for no callers.

    ``parent`` and ``address`` are the nodes: a caller's own caller, -1 for the outermost, and the
    row of its address.
    """

    def __init__(self, addresses: Addresses) -> None:
        super().__init__({b"": ABSENT})
        self.parent = array("i")
        self.address = array("i")
        self._addresses = addresses
        # Of the stack before: its text as a number, and its nodes from the outermost on.
        self._before = 0
        self._path: list[int] = []
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
        equal = (difference & -difference).bit_length() - 1 >> 3 if difference else len(text)
        shared = text.count(b",", len(text) - equal) if equal else 0
        path = self._path
        del path[shared:]
        head = text[: text.index(b",", len(text) - equal)] if shared else text
        self[text] = node = self._grow(path[-1] if path else ABSENT, head)
        return node

    def read_anew(self, text: bytes) -> int:
        """Return the node of a stack of absolute addresses, without remembering its text."""
        self._before = 0
        self._path.clear()
        return self._grow(ABSENT, text)

    def _grow(self, node: int, text: bytes) -> int:
        """Add nodes for the tokens of a text, from its end on, above a node.

        Stacks that are not neighbours may have equal nodes: the call tree merges them in one go.
        """
        tokens = text.split(b",")
        tokens.reverse()
        start = len(self.parent)
        end = start + len(tokens)
        self.parent.append(node)
        self.parent.extend(range(start, end - 1))
        self.address.extend(map(self._addresses.__getitem__, tokens))
        self._path += range(start, end)
        return end - 1
