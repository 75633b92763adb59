"""A nested ``head`` of any depth, taken apart without recursion.

Decoders descend into what is nested and have a bound to that. Where a call tree is deeper, its
nodes are cut out of the text, each without its children, and decoded one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from profkit.errors import FormatError

__all__ = ["Cut", "take_apart"]

_TOKEN = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)"|[{}\[\]]', re.DOTALL)
_CLOSING = {b"{": b"}", b"[": b"]"}
_EMPTY = {b"{": b"{}", b"[": b"[]"}


@dataclass(slots=True)
class Cut:
    """A node's text, in pieces, with an empty list where its children stood; those by number."""

    pieces: list[bytes] = field(default_factory=list)
    children: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """A bracket that is open: what it is, whether nodes stand in it, and whose text it is in."""

    bracket: bytes
    holds_nodes: bool
    owner: Cut


def take_apart(text: bytes | bytearray, source: str) -> tuple[bytes, list[Cut]]:
    """Return the file's text with an empty ``head``, and the nodes of its head in pre-order.

    Raises :class:`FormatError` where brackets do not match.
    """
    taker = _Taker(text, source)
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign in _CLOSING:
            taker.open(sign, token.start())
        elif sign[:1] == b'"':
            taker.key, taker.key_end = token[1], token.end()
        else:
            taker.close(sign, token.start())
    return taker.end()


class _Taker:
    """Goes through the text once, and gives each part to the node that it belongs to."""

    def __init__(self, text: bytes | bytearray, source: str) -> None:
        self.key, self.key_end = b"", 0
        self._text = text
        self._source = source
        self._outer = Cut()
        self._nodes: list[Cut] = []
        self._open = [_Open(b"", False, self._outer)]
        self._copied = 0

    def open(self, sign: bytes, at: int) -> None:
        """Take a bracket that opens."""
        above = self._open[-1]
        owner = above.owner
        is_value = bytes(self._text[self.key_end : at]).strip() == b":"
        is_node = above.holds_nodes and sign == b"{"
        is_head = not self._nodes and sign == b"{" and is_value and self.key == b"head"
        is_list = owner is not self._outer and above.bracket == b"{" and sign == b"["
        is_list = is_list and is_value and self.key == b"children"
        if is_node:
            owner.children.append(len(self._nodes))
        elif is_list or is_head:
            owner.pieces.append(bytes(self._text[self._copied : at]) + _EMPTY[sign])
        if is_node or is_list or is_head:
            self._copied = at
        if is_node or is_head:
            owner = Cut()
            self._nodes.append(owner)
        self._open.append(_Open(sign, is_list, owner))

    def close(self, sign: bytes, at: int) -> None:
        """Take a bracket that closes."""
        closed = self._open.pop()
        if _CLOSING.get(closed.bracket) != sign:
            message = "JSON is malformed: a bracket closes none"
            raise FormatError(self._source, message, where=f"byte {at}")
        if closed.holds_nodes:
            self._copied = at + 1
        elif closed.owner is not self._open[-1].owner:
            closed.owner.pieces.append(bytes(self._text[self._copied : at + 1]))
            self._copied = at + 1

    def end(self) -> tuple[bytes, list[Cut]]:
        """Return the outer text and the nodes."""
        if len(self._open) > 1:
            where = f"byte {len(self._text)}"
            raise FormatError(self._source, "input data was truncated", where=where)
        self._outer.pieces.append(bytes(self._text[self._copied :]))
        return b"".join(self._outer.pieces), self._nodes
