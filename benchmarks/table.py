"""Print what was measured."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from measuring import typical

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from measuring import Cost, Pairs

__all__ = ["Measured", "environment", "format_table", "lay_out"]

MB = 1e6
HEADINGS = (
    *("profkit …", "file", "MB", "ms", "CPU ms", "peak MB"),
    *("peer", "ms", "CPU ms", "peak MB"),
    *("faster", "range", "less CPU", "less memory", "pairs"),
)
WORDS = {HEADINGS.index(word) for word in ("profkit …", "file", "peer")}


@dataclass(frozen=True, slots=True)
class Measured:
    """One comparison's figures; ``peer`` is empty where there is none."""

    command: str
    file: str
    size: int
    peer: str
    pairs: Pairs

    def cells(self) -> list[str]:
        """One line of the table."""
        size = f"{self.size / MB:.1f}" if self.size else ""
        ours = [self.command, self.file, size, *_figures(typical(self.pairs.ours))]
        count = str(len(self.pairs.ours))
        if not self.pairs.theirs:
            return [*ours, *[""] * (len(HEADINGS) - len(ours) - 1), count]
        wall = self.pairs.ratios("wall")
        return [
            *ours,
            self.peer,
            *_figures(typical(self.pairs.theirs)),
            f"{median(wall):.1f}x",
            f"{wall[0]:.1f}x to {wall[-1]:.1f}x",
            f"{median(self.pairs.ratios('cpu')):.1f}x",
            f"{median(self.pairs.ratios('peak')):.1f}x",
            count,
        ]


def _figures(cost: Cost) -> list[str]:
    return [f"{cost.wall * 1e3:,.0f}", f"{cost.cpu * 1e3:,.0f}", f"{cost.peak / MB:,.0f}"]


def environment(load: float, versions: Mapping[str, str]) -> str:
    """Say when, where and with what was measured; ``load`` is the load average at the begin."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next(
        (line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")),
        platform.machine(),
    )
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {model}, load average "
        f"{load:.1f} before and {os.getloadavg()[0]:.1f} after; "
        f"Python {platform.python_version()}, {named}"
    )


def format_table(rows: Iterable[Measured], *, markdown: bool) -> str:
    """Lay the rows out in columns, as Markdown or for a terminal."""
    return lay_out(HEADINGS, [row.cells() for row in rows], WORDS, markdown=markdown)


def lay_out(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Collection[int],
    *,
    markdown: bool,
) -> str:
    """Lay cells out in columns, to the right but for those numbers of columns in ``words``."""
    if markdown:
        rule = ["---" if index in words else "---:" for index in range(len(headings))]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in [headings, rule, *rows])
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index in words else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in lines
    )
