"""Documents as HTML that stands in a page, such as a notebook's, on light and on dark ground.

``tables.css`` names no colour of text or ground, and so takes those of the page.
"""

from __future__ import annotations

import html
from importlib import resources
from itertools import groupby
from typing import TYPE_CHECKING

from profkit.render.tables import Paragraph, shown_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profkit.render.tables import Cell, Column, Document, Table

__all__ = ["to_hypertext"]


def to_hypertext(document: Document) -> str:
    """Return the document as one element, with its styles; names are escaped."""
    css = resources.files("profkit.render").joinpath("tables.css").read_text("utf-8")
    lines = ['<div class="profkit">', f"<style>\n{css}</style>"]
    for part in document.parts:
        if isinstance(part, Paragraph):
            lines += [f"<p>{'<br>'.join(map(_spans, part.lines))}</p>"]
        else:
            lines += _table(part)
    return "\n".join([*lines, "</div>\n"])


def _table(table: Table) -> Iterator[str]:
    numbers = shown_columns(table, decorated=True)
    columns = [table.columns[n] for n in numbers]
    yield "<table>"
    if any(column.header for column in columns):
        headers = (f"<th{_class(column)}>{html.escape(column.header)}</th>" for column in columns)
        yield f"<thead><tr>{''.join(headers)}</tr></thead>"
    for has_cells, rows in groupby(table.rows, key=bool):
        if has_cells:
            yield "<tbody>"
            for row in rows:
                yield _row([row[n] for n in numbers], columns)
            yield "</tbody>"
    yield "</table>"


def _row(cells: Sequence[Cell], columns: Sequence[Column]) -> str:
    pairs = zip(cells, columns, strict=True)
    return f"<tr>{''.join(_cell(cell, column) for cell, column in pairs)}</tr>"


def _cell(cell: Cell, column: Column) -> str:
    # Spaces, not styles: a page may leave styles out, and still shows what calls what.
    indent = "".join("&nbsp;" * 2 * len(text) for text, style in cell if style == "guide")
    own = tuple(span for span in cell if span[1] != "guide")
    # What is too long for its cell can be read by pointing at it.
    whole = "".join(text for text, _ in own) if column.least is not None else ""
    title = f' title="{html.escape(whole)}"' if whole else ""
    return f"<td{_class(column)}{title}>{indent}{_spans(own)}</td>"


def _class(column: Column) -> str:
    if column.decoration:
        return ' class="bar" aria-hidden="true"'
    if column.align == "right":
        return ' class="figure"'
    return ' class="name"' if column.least is not None else ""


def _spans(line: Cell) -> str:
    return "".join(
        f'<span class="{style}">{html.escape(text)}</span>' if style else html.escape(text)
        for text, style in line
    )
