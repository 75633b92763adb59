"""A verdict for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.costs import cost, growth
from profkit.render.escape import escape
from profkit.render.tables import Column, Document, Paragraph, Table

if TYPE_CHECKING:
    from profkit.gate.verdict import Verdict

__all__ = ["verdict_document"]


def verdict_document(verdict: Verdict) -> Document:
    """Return the outcome, its reasons, and the changes behind it."""
    columns = [Column("was", "right"), Column("is", "right"), Column("", "right"), Column("what")]
    rows = [
        (
            ((cost(change.base, verdict.unit), ""),),
            ((cost(change.candidate, verdict.unit), ""),),
            ((growth(change.ratio), ""),),
            ((escape(change.name), ""),),
        )
        for change in verdict.changes
    ]
    return Document(
        [
            Paragraph([((verdict.outcome.value, "title"),)]),
            Paragraph([((escape(reason), ""),) for reason in verdict.reasons]),
            Table(columns, rows),
            Paragraph([((escape(note), "dim"),) for note in verdict.notes]),
        ]
    )
