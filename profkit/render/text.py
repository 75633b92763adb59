"""Documents as plain text: aligned, without colours, and whole where nobody's width bounds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.tables import lay_out

if TYPE_CHECKING:
    from profkit.render.tables import Document

__all__ = ["to_text"]


def to_text(document: Document, width: int | None = None, *, decorated: bool = False) -> str:
    """Return the document's lines; names are cut only where ``width`` says so."""
    lines = lay_out(document, width, decorated=decorated)
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
