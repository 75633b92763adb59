"""Trends of many commits, and where they changed, as tables."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import COUNT, NANOSECONDS, short_file
from profkit.render.cells import notes, plain
from profkit.render.escape import escape
from profkit.render.tables import Cell, Column, Document, Paragraph, Table
from profkit.render.values import NO_SHARE, count, duration, shown_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.history.changes import ChangePoint
    from profkit.history.store import Commit
    from profkit.history.trends import Contents, Trend, Trends

__all__ = [
    "CostScale",
    "change_percent",
    "changes_document",
    "date",
    "list_document",
    "measured_in",
    "range_of",
    "room_for_trend",
    "scale_of_trends",
    "trends_document",
]

_BLOCKS = "▁▂▃▄▅▆▇█"
_BLOCKS_IN_TEXT = 40
_LEAST_BLOCKS, _MOST_BLOCKS = 12, 60
_OTHER_COLUMNS = 70
_LEAST_RANGE = 0.1
"""A trend's lowest and highest block are at least this part of its mean apart: noise looks flat."""

_PER = {"operation": "per operation", "second": "per second", "run": "per run", "share": "share"}
_SUFFIX = {"operation": "/op", "second": "/s", "run": "", "share": ""}
_WORTH_NOTING = 1e-9


@dataclass(frozen=True, slots=True)
class CostScale:
    """How the costs of a table are written: divided, with decimals, under a label."""

    label: str
    divisor: float
    decimals: int

    def format(self, cost: float) -> str:
        """Return a cost without its unit, as in ``1,234.5``."""
        return f"{cost / self.divisor:,.{self.decimals}f}"

    def with_label(self, cost: float) -> str:
        """Return a cost with its unit, as in ``1.25 ms/op``."""
        return f"{self.format(cost)} {self.label}"


def scale_of_trends(found: Trends) -> CostScale:
    """Return the scale in which the total of a history, and a hundredth of it, can be read."""
    if found.per == "share":
        return CostScale("%", 0.01, 2)
    greatest = float(found.total.by_commit.max())
    label, divisor = escape(_counted(found)), 1.0
    if found.value_type.unit == NANOSECONDS:
        units = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))
        label, divisor = next((u for u in units if greatest >= 10 * u[1]), units[-1])
    decimals = 2 if greatest < 1000 * divisor else 1
    return CostScale(f"{label}{_SUFFIX[found.per]}", divisor, decimals)


def _counted(found: Trends) -> str:
    kind = found.value_type
    return kind.type if kind.unit == COUNT else kind.unit


def measured_in(found: Trends) -> str:
    """Return what costs are, in words: ``cpu per operation, self``."""
    kind = escape(found.value_type.type)
    measure = "self" if found.options.measure == "self" else "with what is called"
    return f"{kind} {_PER[found.per]}, {measure}"


def date(commit: Commit) -> str:
    """Return the day of a commit, in UTC."""
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(commit.time))
    except (OverflowError, OSError, ValueError):
        return str(commit.time)


def range_of(commits: Sequence[Commit], change: ChangePoint) -> str:
    """Return between which commits a change lies, as git's ``a..b``, not escaped."""
    return f"{commits[change.index - 1].title}..{commits[change.index].title}"


def change_percent(before: float, after: float) -> str:
    """Return a change in percent of what was before, as in ``+5.3``; ``new`` of nothing."""
    if not before:
        return "new" if after else NO_SHARE
    return f"{100 * (after / before - 1):+.1f}"


def room_for_trend(width: int) -> int:
    """Return how many blocks a terminal of this width has room for."""
    return min(max(width - _OTHER_COLUMNS, _LEAST_BLOCKS), _MOST_BLOCKS)


# --- trends ---------------------------------------------------------------------------------------


def trends_document(found: Trends, blocks: int | None = None) -> Document:
    """Return trends for people to read, in so many blocks at most."""
    scale = scale_of_trends(found)
    rows = [_trend_row(found, row, scale, blocks or _BLOCKS_IN_TEXT) for row in _all(found)]
    columns = [
        Column(f"before {scale.label}", "right", rank=1),
        Column(f"now {scale.label}", "right"),
        Column("%", "right"),
        Column("trend", rank=2),
        Column(found.options.level, least=20),
        Column("place", least=18, cut="middle"),
    ]
    return Document([_heading(found), Table(columns, rows), notes(*_trend_notes(found))])


def _all(found: Trends) -> tuple[Trend, ...]:
    return (found.total, *found.rows)


def _heading(found: Trends) -> Paragraph:
    commits = found.commits
    facts = [
        count(len(commits), "commit"),
        count(len(found.runs), "run"),
        f"{date(commits[0])} to {date(commits[-1])}",
        measured_in(found),
    ]
    return Paragraph([((escape(found.source), "title"), (f"  {', '.join(facts)}", "dim"))])


def _trend_row(found: Trends, row: Trend, scale: CostScale, blocks: int) -> tuple[Cell, ...]:
    changed = change_percent(row.before, row.now) if row.changes else ""
    return (
        plain(scale.format(row.before)),
        plain(scale.format(row.now)),
        plain(changed, _style(row.before, row.now)),
        _blocks(row, min(blocks, len(found.commits))),
        *_name_cells(row),
    )


def _style(before: float, after: float) -> str:
    return "hot" if after > before else "app" if after < before else ""


def _name_cells(row: Trend) -> tuple[Cell, Cell]:
    if row.group is None:
        return plain(row.name, "title"), ()
    group = row.group
    place = escape(short_file(group.file, group.package))
    if not place and group.kind and group.kind != "unknown":
        place = f"({group.kind})"
    return plain(escape(group.name)), plain(place, "place")


def _blocks(row: Trend, size: int) -> Cell:
    """Return a trend as blocks, each a commit or the mean of some; in colour where it changed."""
    edges = np.linspace(0, len(row.by_commit), size + 1).astype(np.int64)
    level = np.add.reduceat(row.by_commit, edges[:-1]) / np.diff(edges)
    low, high = float(level.min()), float(level.max())
    missing = _LEAST_RANGE * float(level.mean()) - (high - low)
    if missing > 0:
        low, high = low - missing / 2, high + missing / 2
    step = (high - low) / len(_BLOCKS)
    height = np.clip((level - low) / step if step else level * 0, 0, len(_BLOCKS) - 1)
    text = "".join(_BLOCKS[h] for h in height.astype(np.int64).tolist())
    spans, start = [], 0
    ends = [int(np.searchsorted(edges, c.index)) for c in row.changes]
    afters = [row.before, *(change.after for change in row.changes)]
    for end, after in zip([*ends, size], afters, strict=True):
        worse, better = after > row.before, after < row.before
        style = "block-worse" if worse else "block-better" if better else "block-same"
        if end > start:
            spans.append((text[start:end], style))
        start = max(start, end)
    return tuple(spans)


def _trend_notes(found: Trends) -> list[str]:
    rows = found.rows
    by = found.options.level
    lines = [shown_of(len(rows), len(rows) + found.omitted, by)] if rows else []
    lines[:0] = [f"no {by} takes so much"] if not rows else []
    number = sum(len(row.changes) for row in _all(found))
    changes = count(number, "change point") if number else "no change point"
    lines.append(f"{changes} found{'; profkit history changes lists them' if number else ''}")
    return [*lines, *_remarks(found)]


def _remarks(found: Trends) -> list[str]:
    """Return what a reader of the figures should know."""
    if found.per == "run" and found.options.per is None:
        return ["each run counts as the same work: --ops of profkit history add tells how much"]
    return []


# --- changes --------------------------------------------------------------------------------------


def changes_document(found: Trends) -> Document:
    """Return the changes for people to read."""
    scale = scale_of_trends(found)
    rows = [_change_row(found, row, change, scale) for row, change in found.changed()]
    columns = [
        Column("commits"),
        Column("since", rank=3),
        Column(f"before {scale.label}", "right", rank=1),
        Column(f"after {scale.label}", "right", rank=1),
        Column("%", "right"),
        Column("95 % interval", "right", rank=4),
        Column("p", "right", rank=5),
        Column(found.options.level, least=16),
        Column("place", least=16, cut="middle", rank=2),
    ]
    table = [Table(columns, rows)] if rows else []
    return Document([_heading(found), *table, notes(*_change_notes(found, scale))])


def _change_row(
    found: Trends, row: Trend, change: ChangePoint, scale: CostScale
) -> tuple[Cell, ...]:
    low, high = (
        change_percent(change.before, change.before + shift) for shift in (change.low, change.high)
    )
    return (
        plain(escape(range_of(found.commits, change))),
        plain(date(found.commits[change.index]), "dim"),
        plain(scale.format(change.before)),
        plain(scale.format(change.after)),
        plain(change_percent(change.before, change.after), _style(change.before, change.after)),
        plain(f"{low} to {high}" if change.before else ""),
        plain(f"{change.p:.2g}"),
        *_name_cells(row),
    )


def _change_notes(found: Trends, scale: CostScale) -> list[str]:
    changes = list(found.changed())
    looked = f"the total and {count(len(found.rows), found.options.level)}"
    if found.omitted:
        looked += f", not at {found.omitted:,} smaller ones"
    if changes:
        lines = [f"{count(len(changes), 'change point')} found, looking at {looked}"]
    else:
        lines = [f"no change point found, looking at {looked}"]
    total = found.total
    if total.changes:
        percent = change_percent(total.before, total.now)
        lines.append(
            f"the total went from {scale.with_label(total.before)} "
            f"to {scale.with_label(total.now)}, {percent} %"
        )
    for index in sorted({change.index for _, change in changes}):
        lines += _moved_house(found, index)
    return [*lines, *_remarks(found)]


def _moved_house(found: Trends, index: int) -> list[str]:
    """Say that the machine is another one since a change, where that is known."""
    before, after = (
        {run.machine for run in found.runs if run.commit == commit and run.machine}
        for commit in (index - 1, index)
    )
    if not before or not after or before == after:
        return []
    told = [escape(", ".join(sorted(machines))) for machines in (before, after)]
    commit = escape(found.commits[index].title)
    return [f"since {commit} the machine is another one: {told[1]}, not {told[0]}"]


# --- contents -------------------------------------------------------------------------------------


def list_document(found: Contents) -> Document:
    """Return the commits of a history for people to read."""
    rows = []
    for number, commit in enumerate(found.commits):
        runs = [run for run in found.runs if run.commit == number]
        operations = [run.operations for run in runs if run.operations is not None]
        durations = [run.duration for run in runs if run.duration is not None]
        rows.append(
            (
                plain(escape(commit.name if commit.label else commit.title)),
                plain(escape(commit.label)),
                plain(date(commit), "dim"),
                plain(escape(commit.branch)),
                plain(f"{len(runs):,}"),
                plain(f"{sum(run.samples for run in runs):,}"),
                plain(duration(sum(durations)) if durations else ""),
                plain(f"{sum(operations):,.10g}" if operations else ""),
                plain(escape(", ".join(sorted({run.machine for run in runs} - {""})))),
            )
        )
    columns = [
        Column("commit"),
        Column("label"),
        Column("date"),
        Column("branch"),
        Column("runs", "right"),
        Column("samples", "right"),
        Column("time", "right"),
        Column("operations", "right"),
        Column("machine", least=12),
    ]
    facts = [count(len(found.commits), "commit"), count(len(found.runs), "run")]
    if found.value_type:
        facts.append(f"{found.value_type.type} in {found.value_type.unit}")
    top = Paragraph([((escape(found.source), "title"), (f"  {escape(', '.join(facts))}", "dim"))])
    return Document([top, Table(columns, rows)] if rows else [top])
