"""The part of protocol buffers' wire format that profile.proto needs.

Source: https://protobuf.dev/programming-guides/encoding/. A field is its number and wire type, then
a varint, or a length and that many bytes. Numbers that repeat are packed: one field with all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "TruncatedError",
    "WireError",
    "block",
    "fields",
    "number",
    "packed",
    "signed",
    "unpacked",
    "varint",
]

_64_BITS = (1 << 64) - 1
_SIGN = 1 << 63
_LOW, _MORE = 0x7F, 0x80
_LONGEST = 70  # bits of a varint of 64 bits
_VARINT, _FIXED_64, _BLOCK, _FIXED_32 = 0, 1, 2, 5  # wire types
_FIXED = {_FIXED_64: 8, _FIXED_32: 4}


class WireError(ValueError):
    """The bytes are no message. ``args`` are why, and the position of the byte."""


class TruncatedError(WireError):
    """The bytes end within a field."""


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


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the fields of a message: an unsigned integer, or the bytes of what has a length.

    Fields of a fixed width, of which profile.proto has none, are passed over.
    Raises :class:`WireError` where the bytes are no message.
    """
    at, end = 0, len(data)
    while at < end:
        begin = at
        key, at = _varint_at(data, at)
        kind, field = key & 7, key >> 3
        if not field:
            raise WireError("a field has the number 0", begin)
        if kind == _VARINT:
            value, at = _varint_at(data, at)
            yield field, value
        elif kind == _BLOCK:
            size, at = _varint_at(data, at)
            if at + size > end:
                raise TruncatedError(f"ends within field {field}", begin)
            yield field, data[at : at + size]
            at += size
        elif kind in _FIXED:
            at += _FIXED[kind]
            if at > end:
                raise TruncatedError(f"ends within field {field}", begin)
        else:
            raise WireError(f"field {field} has the wire type {kind}", begin)


def unpacked(data: bytes) -> list[int]:
    """Return the unsigned integers of a packed field. Raises :class:`WireError`."""
    if data.isascii():
        return list(data)  # each takes one byte
    values, at, end = [], 0, len(data)
    while at < end:
        value, at = _varint_at(data, at)
        values.append(value)
    return values


def signed(value: int) -> int:
    """Return an integer of 64 bits with its sign.

    >>> signed(2**64 - 1)
    -1
    """
    return value - (1 << 64) if value & _SIGN else value


def _varint_at(data: bytes, at: int) -> tuple[int, int]:
    """Return a varint and the position behind it."""
    begin, value, shift = at, 0, 0
    try:
        while (byte := data[at]) & _MORE:
            value |= (byte & _LOW) << shift
            shift += 7
            at += 1
            if shift >= _LONGEST:
                raise WireError("a number is longer than 64 bits", begin)
    except IndexError:
        raise TruncatedError("ends within a number", begin) from None
    return (value | byte << shift) & _64_BITS, at + 1
