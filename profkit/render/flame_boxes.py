"""The boxes of a flame graph as elements of an SVG: where they stand, and what is on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.profile import ABSENT
from profkit.render.fitting import fit, xml
from profkit.render.palette import EVERYTHING, SCHEMES, change_swatch
from profkit.render.values import moment, round_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from profkit.render.flame_words import Label
    from profkit.render.palette import Coloring
    from profkit.views.flame import FlameGraph

__all__ = ["HEADER", "MARGIN", "Places", "axis", "boxes", "place", "swatches", "texts"]

MARGIN = 10
HEADER = 58
_AXIS = 20
_PART_GAP = 8
_ROW = 18
_BOX = 17
_GAP = 0.6
_WORTH_GAP = 1.5
_LEAST = 0.1
_TICK = 100
_LAST_TICK = 40

# What a letter of the labels is wide, whose font is a monospace of 11 pixels. The script measures;
# this serves those who look without it.
_LETTER = 6.6
_TITLED_BOXES = 12_000


class Places(NamedTuple):
    """Where the boxes stand, in pixels, and where all of them end."""

    left: list[float]
    wide: list[float]
    top: list[int]
    bottom: int


def place(graph: FlameGraph, *, down: bool) -> Places:
    """Return where the boxes stand: part below part, each with its root on top or at the foot."""
    room = max(1, graph.options.width - 2 * MARGIN)
    scale = room / np.maximum(1, graph.part_totals)
    left = graph.x * scale
    wide = (graph.x + graph.total_values) * scale - left
    top = np.empty(len(graph), np.int64)
    bottom = HEADER + (_AXIS if graph.options.layout == "chart" else 0)
    for number, part in enumerate(graph.parts):
        bottom += _PART_GAP if number else 0
        inside = slice(part.first, part.end)
        depth = graph.depth[inside]
        levels = int(depth.max()) + 1
        top[inside] = bottom + (depth if down else levels - 1 - depth) * _ROW
        bottom += levels * _ROW
    return Places((left + MARGIN).tolist(), wide.tolist(), top.tolist(), bottom)


def swatches(graph: FlameGraph, coloring: Coloring, *, by_function: bool) -> list[str]:
    """Return the colour class of each box; ``by_function`` is about differences."""
    if graph.change:
        change = graph.change
        changes = change.of_function if by_function else change.of_node
        is_gone = (change.candidate == 0) & (change.base > 0)
        return [
            f"{change_swatch(points)} gone" if gone else change_swatch(points)
            for points, gone in zip(changes.tolist(), is_gone.tolist(), strict=True)
        ]
    known: dict[tuple[int, int], str] = {}
    answer = []
    swatch, profile = SCHEMES[coloring].swatch, graph.profile
    for row in zip(graph.function.tolist(), graph.tier.tolist(), strict=True):
        if row not in known:
            known[row] = EVERYTHING if row[0] == ABSENT else swatch(profile, *row)
        answer.append(known[row])
    return answer


def boxes(
    graph: FlameGraph,
    places: Places,
    colors: Sequence[str],
    labels: Sequence[Label],
    figures: Callable[[int], str],
) -> Iterator[str]:
    """Yield the boxes; the widest of them with titles, to the others the script gives some.

    Nobody points at a box narrower than a pixel before it is zoomed, and titles take most of the
    room in the file.
    """
    titled = np.zeros(len(graph), bool)
    shares = graph.total_values / np.maximum(1, graph.part_totals)
    titled[np.argsort(-shares, kind="stable")[:_TITLED_BOXES]] = True
    rows = zip(*places[:3], colors, labels, titled.tolist(), strict=True)
    for i, (left, wide, top, color, (name, where), has_title) in enumerate(rows):
        drawn = wide - _GAP if wide > _WORTH_GAP else max(wide, _LEAST)
        box = f'<rect x="{left:.1f}" y="{top}" width="{drawn:.1f}" height="{_BOX}" class="{color}"'
        if not has_title:
            yield f"{box}/>"
            continue
        title = "\n".join(filter(None, (name, where, figures(i))))
        yield f"{box}><title>{xml(title)}</title></rect>"


def texts(places: Places, labels: Sequence[Label]) -> Iterator[str]:
    """Yield the names that boxes have room for."""
    for left, wide, top, label in zip(*places[:3], labels, strict=True):
        text = fit(label.name, (wide - 7) / _LETTER)
        if text:
            yield f'<text x="{left + 3:.1f}" y="{top + 12.5}">{xml(text)}</text>'


def axis(graph: FlameGraph, bottom: int) -> Iterator[str]:
    """Yield the times above a chart, at round numbers, and lines down from them."""
    room = max(1, graph.options.width - 2 * MARGIN)
    step = round_up(max(graph.total * min(_TICK, room) // room, 1))
    for tick in range(0, graph.total, step):
        x = MARGIN + tick * room / graph.total
        if tick and x > room - _LAST_TICK:
            break  # there is no room for what it says
        yield (
            f'<g transform="translate({x:.1f} 0)"><path d="M0 {HEADER + 3}V{bottom}"/>'
            f'<text x="3" y="{HEADER + 12}">{moment(tick)}</text></g>'
        )
