"""Source maps: from places in generated JavaScript to the source that it was made from.

Source: ECMA-426 (https://tc39.es/ecma426/): mappings in base-64 numbers of variable length, and
index maps, whose sections are maps of their own. All numbers are decoded at once, as columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from profkit.errors import InputError
from profkit.profile import ABSENT
from profkit.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

__all__ = ["SourceMap", "parse_source_map", "read_source_map"]

_VERSION = 3
_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_COMMA, _SEMICOLON, _FOREIGN = 64, 65, 66
_GOES_ON, _VALUE, _BITS = 32, 31, 5
_LONGEST = 7
"""Digits of a number of 32 bits, its sign included."""
_WITH_SOURCE, _WITH_NAME = 4, 5
_WIDTHS = (0, 1, _WITH_SOURCE, _WITH_NAME)
_LINE = 1 << 32
_LIMIT = 1 << 31
_GUARD = b")]}"
"""Begins a first line that keeps a browser from running the file as a script."""


class _Map(msgspec.Struct):
    version: int
    sources: list[str | None] = []
    mappings: str | None = None
    names: list[str] = []
    source_root: str | None = msgspec.field(default=None, name="sourceRoot")
    sources_content: msgspec.Raw = msgspec.field(
        default=msgspec.Raw(b"null"), name="sourcesContent"
    )
    file: str | None = None
    sections: list[_Section] | None = None


class _Offset(msgspec.Struct):
    line: int
    column: int


class _Section(msgspec.Struct):
    offset: _Offset
    map: _Map


@dataclass(frozen=True)
class SourceMap:
    """Mappings in the order of generated places; ``int64`` columns of shape ``(mappings,)``.

    ``place`` is a generated line, counted from 0, times 2^32 plus the column, from 0. ``source``
    and ``name`` index ``sources`` and ``names``, -1 where there is none; ``line`` and ``column``
    are those in the source, from 0. ``file`` is the generated file's name, empty if not told, and
    ``path`` where the map was read. A source that the map does not name is the empty string.
    """

    path: str
    file: str
    sources: Sequence[str]
    names: Sequence[str]
    place: Numbers
    source: Numbers
    line: Numbers
    column: Numbers
    name: Numbers
    raw_contents: Sequence[tuple[msgspec.Raw, int]] = field(default=(), repr=False)

    @cached_property
    def contents(self) -> tuple[str | None, ...]:
        """The text of each of the ``sources``, None where the map does not hold it.

        Decoded when first asked for. Raises :class:`InputError` where that is no list of texts.
        """
        texts: list[str | None] = []
        for raw, count in self.raw_contents:
            try:
                found = msgspec.json.decode(raw, type=list[str | None] | None) or []
            except (msgspec.DecodeError, UnicodeError) as error:
                raise InputError(self.path, f"is no source map: sourcesContent: {error}") from None
            texts += [*found, *[None] * count][:count]
        return tuple(texts)

    def find(self, line: npt.NDArray[np.integer], column: npt.NDArray[np.integer]) -> Numbers:
        """Return the mapping of each place in the generated file, -1 where there is none.

        That is the last one on the same line that does not begin after it. ``line`` and
        ``column`` count from 1.
        """
        row = self.nearest(line, column)
        # The last place serves -1.
        own_line = np.append(self.place, -1)[row] // _LINE == line - 1
        return np.where(own_line, row, ABSENT)

    def nearest(self, line: npt.NDArray[np.integer], column: npt.NDArray[np.integer]) -> Numbers:
        """Return the last mapping that does not begin after each place, also of lines before."""
        wanted = (line.astype(np.int64) - 1) * _LINE + column - 1
        return np.searchsorted(self.place, wanted, side="right").astype(np.int64) - 1


def read_source_map(path: str) -> SourceMap:
    """Read a source map, plain or compressed.

    Raises :class:`InputError` where it cannot be read or makes no sense.
    """
    with open_source(path) as source:
        return parse_source_map(b"".join(source.chunks()), path)


def parse_source_map(data: bytes, path: str) -> SourceMap:
    """Read a source map from its bytes; ``path`` is what messages call it.

    Raises :class:`InputError` where it makes no sense.
    """
    if data.startswith(_GUARD):
        data = data.partition(b"\n")[2]
    try:
        found = msgspec.json.decode(data, type=_Map)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InputError(path, f"is no source map: {error}") from None
    except RecursionError:
        raise InputError(path, "is no source map: it is nested too deeply") from None
    if found.version != _VERSION:
        raise InputError(path, f"is a source map of version {found.version}; 3 is expected")
    sections = [_Section(_Offset(0, 0), found)] if found.sections is None else found.sections
    try:
        return _joined(path, found.file or "", sections)
    except ValueError as error:
        raise InputError(path, f"is no source map: {error}") from None


def _joined(path: str, file: str, sections: Sequence[_Section]) -> SourceMap:
    sources: list[str] = []
    names: list[str] = []
    parts = []
    contents = []
    for section in sections:
        if not (0 <= section.offset.line < _LIMIT and 0 <= section.offset.column < _LIMIT):
            raise ValueError("a section begins at a place that is not there")
        table = _decoded(section.map)
        table[0] += section.offset.line
        table[1] += np.where(table[0] == section.offset.line, section.offset.column, 0)
        table[2] += np.where(table[2] == ABSENT, 0, len(sources))
        table[5] += np.where(table[5] == ABSENT, 0, len(names))
        sources += _sources(section.map)
        names += section.map.names
        contents.append((section.map.sources_content, len(section.map.sources)))
        parts.append(table)
    table = np.concatenate([np.empty((6, 0), np.int64), *parts], axis=1)
    place = table[0] * _LINE + table[1]
    order = np.argsort(place, kind="stable")
    _, _, source, line, column, name = table[:, order]
    return SourceMap(path, file, sources, names, place[order], source, line, column, name, contents)


def _sources(found: _Map) -> Iterator[str]:
    root = found.source_root or ""
    if root and not root.endswith("/"):
        root += "/"
    return (root + source if source else "" for source in found.sources)


def _decoded(found: _Map) -> Numbers:
    """Return six rows, a column a mapping: generated line and column, source, line, column, name.

    Raises ``ValueError``.
    """
    if found.mappings is None:
        raise ValueError("it has no mappings")
    digit = _digits(found.mappings)
    is_digit = digit <= _DIGITS.index(b"/")
    goes_on = is_digit & (digit & _GOES_ON > 0)
    if (goes_on & ~np.append(is_digit[1:], False)).any():
        raise ValueError("a number in the mappings has no end")
    number, ends = _numbers(digit[is_digit], goes_on[is_digit])
    # A segment stands between separators, and a line between semicolons.
    segment_of = np.cumsum(~is_digit)[is_digit][ends]
    width = np.bincount(segment_of, minlength=int((~is_digit).sum()) + 1)
    line = np.append(0, np.cumsum(digit[~is_digit] == _SEMICOLON))
    if not np.isin(width, _WIDTHS).all():
        raise ValueError("a mapping has 1, 4 or 5 numbers")
    used = np.flatnonzero(width)
    first = (np.cumsum(width) - width)[used]
    line, width = line[used], width[used]
    table = np.full((6, len(used)), ABSENT, np.int64)
    table[0] = line
    column = np.cumsum(number[first])
    begins = np.searchsorted(line, line)
    table[1] = column - np.where(begins > 0, column[begins - 1], 0)
    for row, least in ((2, _WITH_SOURCE), (3, _WITH_SOURCE), (4, _WITH_SOURCE), (5, _WITH_NAME)):
        has = np.flatnonzero(width >= least)
        table[row, has] = np.cumsum(number[first[has] + row - 1])
    for row, size in ((1, _LIMIT), (2, len(found.sources)), (3, _LIMIT), (4, _LIMIT)):
        told = table[row, width >= (1 if row == 1 else 4)]
        _check(told, size)
    _check(table[5, width == _WITH_NAME], len(found.names))
    return table


def _digits(mappings: str) -> npt.NDArray[np.uint8]:
    table = np.full(256, _FOREIGN, np.uint8)
    table[np.frombuffer(_DIGITS, np.uint8)] = np.arange(len(_DIGITS))
    table[ord(",")], table[ord(";")] = _COMMA, _SEMICOLON
    digit = table[np.frombuffer(mappings.encode("latin-1", "replace"), np.uint8)]
    foreign = np.flatnonzero(digit == _FOREIGN)
    if len(foreign):
        raise ValueError(f"{mappings[foreign[0]]!r} stands in the mappings")
    return digit


def _numbers(
    digit: npt.NDArray[np.uint8], goes_on: npt.NDArray[np.bool_]
) -> tuple[Numbers, Numbers]:
    """Return the numbers that digits make, and the place of each one's last digit."""
    ends = np.flatnonzero(~goes_on)
    starts = np.append(0, ends[:-1] + 1)[: len(ends)]
    if len(ends) and int((ends - starts).max()) >= _LONGEST:
        raise ValueError("a number in the mappings has more than 32 bits")
    place = np.arange(len(digit)) - np.repeat(starts, ends - starts + 1)
    parts = (digit & _VALUE).astype(np.int64) << place * _BITS
    value = np.add.reduceat(parts, starts) if len(starts) else parts
    return np.where(value & 1, -(value >> 1), value >> 1), ends


def _check(column: Numbers, size: int) -> None:
    if len(column) and not 0 <= int(column.min()) <= int(column.max()) < size:
        raise ValueError("a mapping leads to a place that is not there")
