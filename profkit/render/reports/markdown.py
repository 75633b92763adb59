"""A verdict as Markdown, short enough for a comment on a pull request and for a step's summary.

GitHub cuts off or refuses what is longer: a comment has 65,536 characters, a summary 1 MiB
(https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.markdown import to_markdown
from profkit.render.tables import Document, Paragraph, Table
from profkit.render.values import count
from profkit.render.verdict import verdict_document

if TYPE_CHECKING:
    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Verdict
    from profkit.render.tables import Cell

__all__ = ["LIMIT", "render"]

LIMIT = 65_000
"""Bytes that no report is longer than; there is room for a line of the reader's own."""

_LONGEST_SPAN = 200


def render(verdict: Verdict, _checkout: Checkout) -> str:
    """Return the terminal's report as Markdown; where rows are cut, a line says how many."""
    return fitting(verdict_document(verdict), LIMIT)


def fitting(document: Document, limit: int) -> str:
    """Return a document as Markdown of at most ``limit`` bytes of UTF-8.

    As many rows of each table, and lines of each paragraph, are kept as there is room for.
    """
    whole = Document([_narrowed(part) for part in document.parts])
    text = to_markdown(whole)
    if _size(text) <= limit:
        return text
    most = max((_length(part) for part in whole.parts), default=0)
    fewest = 0
    while fewest < most - 1:
        middle = (fewest + most) // 2
        if _size(to_markdown(_cut(whole, middle))) <= limit:
            fewest = middle
        else:
            most = middle
    return _hard_cut(to_markdown(_cut(whole, fewest)), limit)


def _cut(document: Document, length: int) -> Document:
    parts: list[Table | Paragraph] = []
    for part in document.parts:
        if isinstance(part, Table):
            parts.append(Table(part.columns, part.rows[:length]))
        else:
            parts.append(Paragraph(part.lines[: max(length, 1)]))
        if (rest := _length(part) - _length(parts[-1])) > 0:
            noun = "row" if isinstance(part, Table) else "line"
            words = f"{count(rest, noun)} left out, for the report to stay short"
            parts.append(Paragraph([((words, "dim"),)]))
    return Document(parts)


def _length(part: Table | Paragraph) -> int:
    return len(part.rows) if isinstance(part, Table) else len(part.lines)


def _narrowed(part: Table | Paragraph) -> Table | Paragraph:
    if isinstance(part, Paragraph):
        return Paragraph([_narrow(line) for line in part.lines])
    return Table(part.columns, [[_narrow(cell) for cell in row] for row in part.rows])


def _narrow(cell: Cell) -> Cell:
    return tuple(
        (f"{text[: _LONGEST_SPAN // 2]}…{text[-_LONGEST_SPAN // 2 :]}", style)
        if len(text) > _LONGEST_SPAN
        else (text, style)
        for text, style in cell
    )


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _hard_cut(text: str, limit: int) -> str:
    """Return as many whole lines as fit, where not even a document without rows does."""
    kept: list[str] = []
    room = limit
    for line in text.splitlines(keepends=True):
        room -= _size(line)
        if room < 0:
            break
        kept.append(line)
    return "".join(kept)
