"""Tables and paragraphs, and how they are laid out in the width there is.

A cell is a sequence of spans, each a text (already escaped) and the name of a style. Layout is the
same for every sink; only what becomes of the styles differs: nothing in plain text, colours in a
terminal.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "BLANK",
    "Cell",
    "Column",
    "Document",
    "Paragraph",
    "Span",
    "Table",
    "lay_out",
    "shown_columns",
]

Span: TypeAlias = "tuple[str, str]"
Cell: TypeAlias = "tuple[Span, ...]"

BLANK: tuple[Cell, ...] = ()
"""A row of a table that is an empty line."""

_GAP = 2
_ELLIPSIS = "…"
_EIGHTHS = str.maketrans("▁▂▃▄▅▆▇█", "12345678")
_WIDE = ("W", "F")
# All but Latin letters, and the lines and blocks that trees and bars are drawn with.
_UNUSUAL = re.compile("[^\x20-\u02ff\u2026\u2500-\u259f]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    ``least`` makes it give way: where the width does not suffice, its cells are cut down to as
    little as that, at their ``cut``. Where that is not enough columns are left out, those with
    the greatest ``rank`` first; 0 stays. ``decoration`` says nothing that other columns do not say,
    and is left out of plain text.
    """

    header: str
    align: Literal["left", "right"] = "left"
    least: int | None = None
    cut: Literal["end", "middle", "start"] = "end"
    rank: int = 0
    decoration: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns, or :data:`BLANK`.

    Columns without any text in their rows are left out, and so is a header without any.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that stand for themselves, broken between their spans where they are too wide."""

    lines: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Document:
    """Tables and paragraphs, with an empty line between two of them."""

    parts: Sequence[Table | Paragraph]


def lay_out(document: Document, width: int | None = None, *, decorated: bool) -> Iterator[Cell]:
    """Yield the document's lines, none wider than ``width`` where that can be had.

    With ``decorated`` False there are no bars, and the lines that join rows of a tree become
    spaces: for readers that are programs, and for terminals that cannot show them.
    """
    for number, part in enumerate(document.parts):
        if number:
            yield ()
        if isinstance(part, Paragraph):
            for line in part.lines:
                yield from _broken(line, width)
        else:
            yield from _table_lines(part, width, decorated=decorated)


def shown_columns(table: Table, *, decorated: bool) -> list[int]:
    """Return the numbers of the columns that say anything; with ``decorated`` also the bars."""
    return [
        n
        for n, column in enumerate(table.columns)
        if (decorated or not column.decoration) and any(row and row[n] for row in table.rows)
    ]


def _broken(line: Cell, width: int | None) -> Iterator[Cell]:
    """Give each span a line of its own where all of them are too wide for one."""
    if width is None or _cell_width(line) <= width:
        yield line
    else:
        yield from (((text.strip(), style),) for text, style in line)


def _table_lines(table: Table, width: int | None, *, decorated: bool) -> Iterator[Cell]:
    shown = shown_columns(table, decorated=decorated)
    widths = [
        max([_width(column.header), *(_cell_width(row[n]) for row in table.rows if row)])
        for n, column in enumerate(table.columns)
    ]
    if width is not None:
        _fit(table.columns, shown, widths, width)
    header = [((column.header, "header"),) for column in table.columns]
    has_header = any(table.columns[n].header for n in shown)
    for row in (header, *table.rows) if has_header else table.rows:
        line: list[Span] = []
        for n in shown if row else ():
            is_last = n == shown[-1]
            line += _padded(row[n], table.columns[n], widths[n], is_last=is_last)
            if not is_last:
                line.append((" " * _GAP, ""))
        yield tuple(line) if decorated else _without_guides(line)


def _fit(columns: Sequence[Column], shown: list[int], widths: list[int], width: int) -> None:
    """Leave columns out and narrow others, in place, until a line fits into ``width``."""

    def excess(narrowed: Sequence[int]) -> int:
        return sum(narrowed[n] for n in shown) + _GAP * (len(shown) - 1) - width

    def least(n: int) -> int:
        bound = columns[n].least
        return widths[n] if bound is None else min(widths[n], bound)

    while excess([least(n) for n in range(len(columns))]) > 0:
        rank, n = max((columns[n].rank, n) for n in shown)
        if not rank:
            break
        shown.remove(n)
    flexible = [n for n in shown if columns[n].least is not None]
    # The widest gives way first, so that a short column is not cut for a long one's sake.
    while excess(widths) > 0 and any(widths[n] > least(n) for n in flexible):
        widest = max(flexible, key=lambda n: (widths[n] > least(n), widths[n]))
        others = [widths[n] for n in flexible if n != widest]
        step = max(1, widths[widest] - max([least(widest), *others]))
        widths[widest] -= min(step, excess(widths))


def _padded(cell: Cell, column: Column, width: int, *, is_last: bool) -> list[Span]:
    missing = width - _cell_width(cell)
    if missing < 0:
        return _cut(cell, width, column.cut)
    padding = [(" " * missing, "")] if missing else []
    if column.align == "right":
        return [*padding, *cell]
    return [*cell] if is_last else [*cell, *padding]


def _cut(cell: Cell, width: int, where: str) -> list[Span]:
    """Cut a cell to exactly ``width``, with an ellipsis where something is missing."""
    room = max(width - 1, 0)
    head = _clipped(cell, {"end": room, "start": 0, "middle": room * 2 // 5}[where])
    room -= _cell_width(head)
    tail = () if where == "end" else _reversed(_clipped(_reversed(cell), room))
    filler = " " * (room - _cell_width(tail))  # where half of a wide letter would fit
    return [*head, (_ELLIPSIS + filler, (head or cell)[-1][1]), *tail]


def _reversed(cell: Cell) -> Cell:
    return tuple((text[::-1], style) for text, style in cell[::-1])


def _clipped(cell: Cell, width: int) -> Cell:
    """Return as much of a cell's beginning as fits into ``width``."""
    kept: list[Span] = []
    for text, style in cell:
        part = _clip(text, width)
        if part:
            kept.append((part, style))
        width -= _width(part)
        if part != text:
            break
    return tuple(kept)


def _clip(text: str, width: int) -> str:
    if text.isascii():
        return text[:width]
    used = 0
    for end, character in enumerate(text):
        used += _width(character)
        if used > width:
            return text[:end]
    return text


def _without_guides(line: list[Span]) -> Cell:
    """Return a line for sinks that draw nothing: lines become spaces, blocks their eighths."""
    return tuple(
        (
            " " * len(text)
            if style == "guide"
            else text.translate(_EIGHTHS)
            if style.startswith("block-")
            else text,
            style,
        )
        for text, style in line
    )


def _cell_width(cell: Cell) -> int:
    return sum(_width(text) for text, _ in cell)


def _width(text: str) -> int:
    """Return the number of a terminal's columns that a text takes."""
    if text.isascii() or not _UNUSUAL.search(text):
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in _WIDE)
        for c in text
    )
