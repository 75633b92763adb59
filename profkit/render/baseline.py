"""What a stored baseline holds, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.cells import plain
from profkit.render.escape import escape
from profkit.render.tables import Column, Document, Paragraph, Table
from profkit.render.values import count

if TYPE_CHECKING:
    from profkit.gate.baseline import Baseline

__all__ = ["baseline_document"]


def baseline_document(baseline: Baseline, path: str, size: int) -> Document:
    """Return the baseline's size, and its runs."""
    nodes, functions = len(baseline.nodes.parent), len(baseline.functions.name)
    told = ", ".join(
        (
            f"{size / 1000:,.0f} kB",
            count(baseline.samples, "sample"),
            count(nodes, "node"),
            count(functions, "function"),
            f"by profkit {escape(baseline.tool)}",
        )
    )
    columns = [
        Column("samples", "right"),
        Column("operations", "right"),
        Column("format"),
        Column("run", least=20, cut="middle"),
    ]
    rows = [
        (
            plain(f"{sum(run.samples):,}"),
            plain("" if run.operations is None else f"{run.operations:,.10g}"),
            plain(escape(run.format)),
            plain(escape(run.name)),
        )
        for run in baseline.runs
    ]
    return Document(
        [Paragraph([((escape(path), "title"), (f"  {told}", "dim"))]), Table(columns, rows)]
    )
