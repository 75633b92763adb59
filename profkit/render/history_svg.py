"""Trends as one SVG file without a script: a panel each, with marks where they changed.

A panel has the runs as dots, the medians of commits as a line, and a level for each stretch between
two change points. Its scale begins where the costs do, not at 0: a few percent must be seen.
"""

from __future__ import annotations

import html
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from profkit.profile import short_file
from profkit.render.escape import escape
from profkit.render.history import (
    change_percent,
    date,
    measured_in,
    range_of,
    scale_of_trends,
)
from profkit.render.values import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profkit.history.changes import ChangePoint
    from profkit.history.trends import Trend, Trends
    from profkit.render.history import CostScale

__all__ = ["history_svg"]

_WIDTH = 960
_MARGIN = 12
_LEFT, _RIGHT = 250, 880
_HEADER = 56
_HIGHEST, _HIGH = 130, 62
_GAP = 14
_ABOVE, _BELOW = 16, 6
_FOOT = 34
_LEAST_RANGE = 0.1
_MOST_DOTS = 2000
_LETTERS = 34
_DATES = 5
_LABEL_ROOM = 40


class _Panel(NamedTuple):
    """Where a trend is drawn: its top and height, and the costs at its lower and upper edge."""

    top: int
    height: int
    low: float
    high: float

    def y(self, cost: float) -> float:
        """Return how far down a cost is; at the edge where it is beyond."""
        part = (self.high - cost) / (self.high - self.low)
        return self.top + _ABOVE + (self.height - _ABOVE - _BELOW) * min(max(part, 0.0), 1.0)


def history_svg(found: Trends) -> str:
    """Return a picture of trends: an SVG document, to be kept as UTF-8."""
    scale = scale_of_trends(found)
    pieces: list[str] = []
    top = _HEADER
    for row in (found.total, *found.rows):
        panel = _panel(row, top, _HIGHEST if row.group is None else _HIGH)
        pieces += _draw(found, row, panel, scale)
        top += panel.height + _GAP
    bottom = top + _FOOT
    commits = found.commits
    facts = (
        f"{count(len(commits), 'commit')}, {count(len(found.runs), 'run')}, "
        f"{date(commits[0])} to {date(commits[-1])}, {measured_in(found)}, {scale.label}"
    )
    css = resources.files("profkit.render").joinpath("history.css").read_text("utf-8")
    size = f'width="{_WIDTH}" height="{bottom}" viewBox="0 0 {_WIDTH} {bottom}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f"<title>{_xml(found.source)}</title>",
        f"<style>\n{css}</style>",
        '<rect id="page" width="100%" height="100%"/>',
        f'<text id="title" x="{_MARGIN}" y="25">{_xml(_fit(found.source, 100))}</text>',
        f'<text class="dim" x="{_MARGIN}" y="44">{_xml(facts)}</text>',
        *pieces,
        *_dates(found, top + 4),
        "</svg>\n",
    ]
    return "\n".join(lines)


def _panel(row: Trend, top: int, height: int) -> _Panel:
    low, high = float(row.by_commit.min()), float(row.by_commit.max())
    missing = _LEAST_RANGE * float(row.by_commit.mean()) - (high - low)
    if missing > 0 or high == low:
        missing = max(missing, 1e-9)
        low, high = low - missing / 2, high + missing / 2
    return _Panel(top, height, low, high)


def _x(found: Trends, commit: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (commit + 0.5) / len(found.commits)


def _draw(found: Trends, row: Trend, panel: _Panel, scale: CostScale) -> Iterator[str]:
    top, height = panel.top, panel.height
    yield (
        f'<g><rect class="frame" x="{_LEFT}" y="{top}" width="{_RIGHT - _LEFT}" height="{height}"/>'
    )
    yield from _words(row, panel, scale)
    for cost, at in ((panel.high, top + _ABOVE + 3), (panel.low, top + height - 3)):
        yield f'<text class="dim small" x="{_RIGHT + 6}" y="{at}">{_xml(scale.format(cost))}</text>'
    if len(found.runs) <= _MOST_DOTS:
        yield from _dots(found, row, panel)
    points = " ".join(
        f"{_x(found, commit):.1f},{panel.y(cost):.1f}"
        for commit, cost in enumerate(row.by_commit.tolist())
    )
    yield f'<polyline class="commits" points="{points}"/>'
    for start, end, cost in _levels(row):
        y = panel.y(cost)
        left, right = _x(found, start - 0.5), _x(found, end - 0.5)
        yield f'<line class="level" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>'
    yield from _marks(found, row, panel, scale)
    yield "</g>"


def _words(row: Trend, panel: _Panel, scale: CostScale) -> Iterator[str]:
    group = row.group
    place = short_file(group.file, group.package) if group else ""
    figures = scale.with_label(row.now)
    style = "dim"
    if row.changes:
        figures = f"{scale.format(row.before)} → {figures}, {change_percent(row.before, row.now)} %"
        style = _style(row.before, row.now)
    lines = (("name", row.name), ("dim small", place), (style, figures))
    y = panel.top
    for name, text in lines:
        if text:
            y += 15
            shown = _xml(_fit(text, _LETTERS))
            yield f'<text class="{name}" x="{_MARGIN}" y="{y}">{shown}</text>'


def _dots(found: Trends, row: Trend, panel: _Panel) -> Iterator[str]:
    for run, cost in zip(found.runs, row.by_run.tolist(), strict=True):
        at = f'cx="{_x(found, run.commit):.1f}" cy="{panel.y(cost):.1f}"'
        yield f'<circle class="run" {at} r="1.6"/>'


def _levels(row: Trend) -> Iterator[tuple[int, int, float]]:
    """Yield where each stretch between two change points begins and ends, and its median."""
    if not row.changes:
        yield 0, len(row.by_commit), row.before
        return
    yield 0, row.changes[0].index, row.before
    for change in row.changes:
        yield change.index, change.end, change.after


def _marks(found: Trends, row: Trend, panel: _Panel, scale: CostScale) -> Iterator[str]:
    for change in row.changes:
        x, following = (_x(found, place - 0.5) for place in (change.index, change.end))
        style = _style(change.before, change.after)
        yield f"<g><title>{_xml(_told(found, row, change, scale))}</title>"
        yield (
            f'<line class="mark {style}" x1="{x:.1f}" y1="{panel.top}" x2="{x:.1f}" '
            f'y2="{panel.top + panel.height}"/>'
        )
        if following - x >= _LABEL_ROOM:
            percent = change_percent(change.before, change.after)
            yield (
                f'<text class="small {style}" x="{x + 3:.1f}" y="{panel.top + 10}">'
                f"{_xml(percent)} %</text>"
            )
        yield "</g>"


def _told(found: Trends, row: Trend, change: ChangePoint, scale: CostScale) -> str:
    percent = change_percent(change.before, change.after)
    return (
        f"{row.name}\n{range_of(found.commits, change)}\n"
        f"{scale.format(change.before)} → {scale.with_label(change.after)} ({percent} %)"
    )


def _style(before: float, after: float) -> str:
    return "worse" if after > before else "better"


def _dates(found: Trends, top: int) -> Iterator[str]:
    """Yield some commits with their dates below the panels."""
    commits = found.commits
    shown = min(_DATES, len(commits))
    places: Sequence[int] = sorted(
        {round(n * (len(commits) - 1) / max(shown - 1, 1)) for n in range(shown)}
    )
    for place in places:
        x = _x(found, place)
        for text, y in ((commits[place].title, top + 8), (date(commits[place]), top + 21)):
            shown_text = _xml(_fit(text, 16))
            yield f'<text class="dim small middle" x="{x:.1f}" y="{y}">{shown_text}</text>'


def _fit(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _xml(text: str) -> str:
    r"""Return a text as it is safe in XML: without what a terminal would obey, but for ``\n``."""
    told = "\n".join(map(escape, text.split("\n")))
    return html.escape(told, quote=False).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
