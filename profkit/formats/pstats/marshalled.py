"""A decoder for what a dump needs of Python's marshal format, and for nothing else.

Source: Python's ``Python/marshal.c``, versions 2.7 to 3.14. Python's own decoder makes code
objects of what it reads, and is not safe with data that somebody damaged or made up.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from profkit.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["decode"]

# A dictionary of tuples of dictionaries of tuples of names.
_DEEPEST = 8
_REF_FLAG = 0x80
_DIGIT_BITS = 15
# 64 bits have fewer digits, and no number here is longer.
_MOST_DIGITS = 8
_END = object()


def decode(data: bytes, source: str) -> object:
    """Return the object that ``data`` holds.

    Raises :class:`FormatError` with the byte where it ends early or holds what no dump has.
    """
    reader = _Reader(data, source)
    try:
        value = reader.value(0)
    except (struct.error, IndexError):
        raise FormatError(source, "ends early", where=f"byte {len(data)}") from None
    if reader.at != len(data):
        raise reader.refusal("something follows the end of the statistics", reader.at)
    return value


class _Reader:
    def __init__(self, data: bytes, source: str) -> None:
        self.at = 0
        self._data = data
        self._source = source
        self._refs: list[object] = []
        self._simple: dict[str, Callable[[], object]] = {
            "N": lambda: None,
            "T": lambda: True,
            "F": lambda: False,
            "i": lambda: self._int("<i"),
            "I": lambda: self._int("<q"),
            "g": lambda: self._unpack("<d"),
            "l": self._long,
            "f": lambda: self._text_float(self._int("<B")),
            "s": lambda: self._text(self._int("<i"), "utf-8"),
            "t": lambda: self._text(self._int("<i"), "utf-8"),
            "u": lambda: self._text(self._int("<i"), "utf-8"),
            "a": lambda: self._text(self._int("<i"), "latin-1"),
            "A": lambda: self._text(self._int("<i"), "latin-1"),
            "z": lambda: self._text(self._int("<B"), "latin-1"),
            "Z": lambda: self._text(self._int("<B"), "latin-1"),
            "r": self._reference,
            "R": self._reference,
        }

    def refusal(self, message: str, at: int) -> FormatError:
        """Return the error to raise for a byte."""
        return FormatError(self._source, message, where=f"byte {at}")

    def value(self, depth: int) -> object:
        """Read an object."""
        begin, code = self.at, self._int("<B")
        kind = chr(code & ~_REF_FLAG)
        # What can be referred to takes its number before its parts do. Python 2 counts names only.
        place = -1
        if code & _REF_FLAG or kind == "t":
            place = len(self._refs)
            self._refs.append(_END)
        if read := self._simple.get(kind):
            value = read()
        elif depth >= _DEEPEST:
            raise self.refusal("is nested too deeply", begin)
        elif kind == "{":
            value = self._dictionary(depth)
        elif kind in "()":
            count = self._int("<i" if kind == "(" else "<B")
            if not 0 <= count <= len(self._data) - self.at:
                raise self.refusal("a tuple is longer than the file", begin)
            value = tuple(self.value(depth + 1) for _ in range(count))
        elif kind == "0":
            value = _END
        else:
            message = f"an object of type {kind!r}, which statistics do not hold"
            raise self.refusal(message, begin)
        if place >= 0:
            self._refs[place] = value
        return value

    def _dictionary(self, depth: int) -> dict[object, object]:
        answer: dict[object, object] = {}
        while True:
            begin = self.at
            key = self.value(depth + 1)
            if key is _END:
                return answer
            value = self.value(depth + 1)
            if value is _END:
                raise self.refusal("a key without a value", begin)
            try:
                answer[key] = value
            except TypeError:
                raise self.refusal("a dictionary as a key", begin) from None

    def _int(self, form: str) -> int:
        return int(self._unpack(form))

    def _unpack(self, form: str) -> int | float:
        number: int | float = struct.unpack_from(form, self._data, self.at)[0]
        self.at += struct.calcsize(form)
        return number

    def _long(self) -> int:
        begin, count = self.at, self._int("<i")
        if abs(count) > _MOST_DIGITS:
            raise self.refusal("a number is beyond 64 bits", begin)
        digits = [self._int("<H") for _ in range(abs(count))]
        value = sum(digit << _DIGIT_BITS * place for place, digit in enumerate(digits))
        return -value if count < 0 else value

    def _text_float(self, size: int) -> float:
        begin, text = self.at, self._text(size, "latin-1")
        try:
            return float(text)
        except ValueError:
            raise self.refusal("a number is expected", begin) from None

    def _text(self, size: int, encoding: str) -> str:
        begin, end = self.at, self.at + size
        if size < 0 or end > len(self._data):
            raise self.refusal("a name is longer than the file", begin)
        self.at = end
        # Names with lone surrogates are written as UTF-8 has no right to.
        return self._data[begin:end].decode(encoding, "replace")

    def _reference(self) -> object:
        begin, number = self.at, self._int("<i")
        if not 0 <= number < len(self._refs) or self._refs[number] is _END:
            raise self.refusal(f"object {number} is referred to and does not exist", begin)
        return self._refs[number]
