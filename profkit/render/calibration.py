"""How often a check alarms without reason, as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from profkit.render.cells import notes, plain
from profkit.render.escape import escape
from profkit.render.tables import Column, Document, Paragraph, Table
from profkit.render.values import count, percent

if TYPE_CHECKING:
    from profkit.gate.calibrate import Calibration

__all__ = ["calibration_document"]

_ALARMS = 5


def calibration_document(found: Calibration) -> Document:
    """Return how comparisons of each size ended, and what was alarmed for."""
    columns = [
        Column("runs a side", "right"),
        Column("comparisons", "right"),
        Column("regression", "right"),
        Column("improvement", "right"),
        Column("cannot decide", "right"),
        Column("finds a function of", "right"),
        Column("finds the whole by", "right"),
    ]
    rows = [
        (
            plain(f"{size.runs}"),
            plain(f"{size.splits:,}"),
            plain(percent(size.regressions, size.splits)),
            plain(percent(size.improvements, size.splits)),
            plain(percent(size.undecided, size.splits)),
            plain(_share(size.smallest)),
            plain(_share(size.smallest_total)),
        )
        for size in found.sizes
    ]
    said = [
        "each alarm is a false one; the last columns are changes that 9 of 10 comparisons find",
        *(
            f"alarmed {count(times, 'time')} for {escape(name)}"
            for name, times in found.alarms[:_ALARMS]
        ),
    ]
    heading = ((f"{count(found.runs, 'run')} of one version, compared with one another", "title"),)
    return Document([Paragraph([heading]), Table(columns, rows), notes(*said)])


def _share(share: float) -> str:
    return f"{100 * share:.1f} %" if math.isfinite(share) else "none"
