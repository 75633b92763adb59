"""The part of protocol buffers' wire format that profile.proto needs.

Source: https://protobuf.dev/programming-guides/encoding/. A field is its number and wire type, then
a varint, or a length and that many bytes. Numbers that repeat are packed: one field with all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["block", "number", "packed", "varint"]

_64_BITS = (1 << 64) - 1
_LOW, _MORE = 0x7F, 0x80
_BLOCK = 2  # the wire type of what has a length; a varint's is 0


def varint(value: int) -> bytes:
    """Encode an integer, seven bits a byte, the lowest first; a negative one as 64 bits.

    >>> varint(300).hex(), len(varint(-1))
    ('ac02', 10)
    """
    value &= _64_BITS
    out = bytearray()
    while value > _LOW:
        out.append(value & _LOW | _MORE)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    """Encode an integer field; nothing for 0, which is what a missing field means."""
    return varint(field << 3) + varint(value) if value else b""


def block(field: int, content: bytes) -> bytes:
    """Encode a string, or a message within the message."""
    return varint(field << 3 | _BLOCK) + varint(len(content)) + content


def packed(field: int, values: Iterable[bytes]) -> bytes:
    """Encode a field of several integers, each given as :func:`varint`."""
    return block(field, b"".join(values))
