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
    outer = Cut()
    nodes: list[Cut] = []
    stack: list[_Open] = []
    copied = 0  # how much of the text has gone to whom it belongs
    key, key_end = b"", 0
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if sign[:1] == b'"':
            key, key_end = token[1], token.end()
            continue
        above = stack[-1] if stack else _Open(b"", False, outer)
        if sign in _CLOSING:
            is_value = bytes(text[key_end : token.start()]).strip() == b":"
            in_nodes = above.holds_nodes and sign == b"{"
            is_head = not nodes and sign == b"{" and is_value and key == b"head"
            is_list = bool(nodes) and sign == b"[" and is_value and key == b"children"
            is_list = is_list and above.bracket == b"{" and above.owner is not outer
            owner = above.owner
            if in_nodes or is_head or is_list:
                owner.pieces.append(bytes(text[copied : token.start()]))
                copied = token.start()
            if is_list or is_head:
                owner.pieces.append(_EMPTY[sign])
            if in_nodes or is_head:
                if in_nodes:
                    owner.pieces.pop()  # a comma between nodes
                    owner.children.append(len(nodes))
                owner = Cut()
                nodes.append(owner)
            stack.append(_Open(sign, is_list, owner))
            continue
        if not stack or _CLOSING[above.bracket] != sign:
            raise FormatError(
                source, "JSON is malformed: a bracket closes none", where=f"byte {token.start()}"
            )
        stack.pop()
        below = stack[-1].owner if stack else outer
        if above.holds_nodes:
            copied = token.end()
        elif above.owner is not below:
            above.owner.pieces.append(bytes(text[copied : token.end()]))
            copied = token.end()
    if stack:
        raise FormatError(source, "input data was truncated", where=f"byte {len(text)}")
    outer.pieces.append(bytes(text[copied:]))
    return b"".join(outer.pieces), nodes
