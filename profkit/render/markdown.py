"""Documents as GitHub Flavored Markdown, for pull requests, issues and summaries of CI jobs.

A text in which Markdown or GitHub could see more than its letters (markup, HTML, links,
``@mentions``, issue numbers) becomes a code span, in which neither sees anything; so does the rest
of its column, for it to look alike. Source: the GFM specification, sections 4.10 and 6.3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from profkit.render.tables import Paragraph, shown_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profkit.render.tables import Cell, Document, Table

__all__ = ["to_markdown"]

_HARMLESS = re.compile(
    r"(?!.*GH-[0-9])(?!.*[0-9a-f]{7})"  # GitHub makes links of these
    r"(?:[A-Za-z0-9(%µ]([A-Za-z0-9µ ,%()'?+-]|[.:;](?= |$)|(?<=[0-9])\.(?=[0-9]))*)?|-"
)
_NO_BREAK_SPACE = "\u00a0"


def to_markdown(document: Document) -> str:
    """Return the document: titles as headings, tables whole and without bars, notes as text."""
    blocks: list[str] = []
    for part in document.parts:
        if isinstance(part, Paragraph):
            blocks += _paragraph(part, "###" if blocks else "##")
        else:
            blocks.append("\n".join(_table(part)))
    return "\n\n".join(blocks) + "\n"


def _paragraph(paragraph: Paragraph, level: str) -> Iterator[str]:
    for line in paragraph.lines:
        title = [text for text, style in line if style == "title"]
        rest = [text.strip() for text, style in line if style != "title"]
        if title:
            yield f"{level} {' '.join(map(_safe, title))}"
        if rest:
            yield " ".join(map(_safe, rest))


def _table(table: Table) -> Iterator[str]:
    shown = shown_columns(table, decorated=False)
    columns = [table.columns[n] for n in shown]
    rows = [[row[n] for n in shown] for row in table.rows if row]
    coded = [not all(_is_harmless(_own(row[n])) for row in rows) for n in range(len(columns))]
    yield _row([_safe(column.header) for column in columns])
    yield _row(["---:" if column.align == "right" else "---" for column in columns])
    for row in rows:
        yield _row([_cell(cell, is_code) for cell, is_code in zip(row, coded, strict=True)])


def _row(cells: Sequence[str]) -> str:
    # A pipe ends a cell even in a code span, unless there is a backslash before it.
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in cells)} |"


def _cell(cell: Cell, is_code: bool) -> str:  # noqa: FBT001 (a column's own answer)
    guide = "".join(_NO_BREAK_SPACE * 2 * len(text) for text, style in cell if style == "guide")
    text = _own(cell)
    return guide + (_code(text) if is_code else text)


def _own(cell: Cell) -> str:
    """Return a cell's text without the lines that join rows of a tree."""
    return "".join(text for text, style in cell if style != "guide")


def _is_harmless(text: str) -> bool:
    return _HARMLESS.fullmatch(text) is not None


def _safe(text: str) -> str:
    return text if _is_harmless(text) else _code(text)


def _code(text: str) -> str:
    """Return a code span of the text; its fence is longer than any row of backticks within."""
    if not text.strip():
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    # One space at each end is taken off again, where there are two.
    padding = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{padding}{text}{padding}{fence}"
