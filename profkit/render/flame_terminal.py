"""A flame graph in a terminal: an icicle of half blocks, or of brackets without colours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from profkit.profile import ABSENT
from profkit.render.escape import escape
from profkit.render.flame_boxes import swatches
from profkit.render.flame_notes import legend, remarks, why_empty
from profkit.render.flame_words import label, part_names, unit_of
from profkit.render.palette import light_colors
from profkit.render.values import count, share, time_axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profkit.render.flame_svg import FlameStyle
    from profkit.views.flame import FlameGraph, FlamePart

__all__ = ["Screen", "flame_lines"]

_TEXT = "#1d1f24"
_LONGEST_NAME = 400
_LEAST_NAME = 3
_DIM = Style(dim=True)
_DARKER = 0.88
"""What every other box of a row is multiplied with, for nothing else keeps neighbours apart."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a graph is drawn: ``columns`` wide, ``levels`` deep (all for None), in colours or not.

    ``more`` stands where a name is cut.

    ``steps`` is how many boxes fit into a column side by side: what a graph for it is laid out by.
    """

    columns: int
    levels: int | None = None
    colors: bool = True
    more: str = "…"

    @property
    def steps(self) -> int:
        """Two with half blocks; brackets take a column."""
        return 2 if self.colors else 1


def flame_lines(graph: FlameGraph, style: FlameStyle, screen: Screen) -> Iterator[Text]:
    """Yield the lines of a picture, its root on top, and what is said of it.

    The graph should be laid out with a width of ``screen.columns * screen.steps`` and a least
    width of 1.
    """
    yield Text(escape(style.title), Style(bold=True))
    scale = unit_of(graph)
    if not graph.total:
        yield Text(why_empty(graph))
        return
    colors = swatches(graph, style.color, by_function=style.diff_by == "function")
    names = _names(graph)
    if graph.options.layout == "chart":
        yield Text(time_axis(graph.total, screen.columns), _DIM)
    deeper = 0
    for number, part in enumerate(graph.parts):
        if number:
            yield Text()
        lines = list(_rows(graph, part, names, colors, screen))
        deeper = max(deeper, len(lines) - (screen.levels or len(lines)))
        yield from lines[: screen.levels]
    if deeper:
        yield Text(f"{count(deeper, 'level')} deeper not shown; --depth 0 shows all", _DIM)
    if screen.colors:
        yield from _legend(graph, style, colors)
    for note in remarks(graph, scale):
        yield Text(note.text, _DIM)


def _names(graph: FlameGraph) -> list[str]:
    functions, row = np.unique(graph.function, return_inverse=True)
    known = [label(graph.profile, number, _LONGEST_NAME).name for number in functions.tolist()]
    names = [known[number] for number in row.tolist()]
    for part, name in zip(graph.parts, part_names(graph, _LONGEST_NAME), strict=True):
        names[part.first] = name
    return names


def _legend(graph: FlameGraph, style: FlameStyle, colors: Sequence[str]) -> Iterator[Text]:
    shades = light_colors()
    line = Text()
    is_box = graph.depth > 0
    used = [color for color, is_used in zip(colors, is_box.tolist(), strict=True) if is_used]
    for note in legend(graph, style.color, used):
        for swatch in note.swatches:
            line.append("■", Style(color=shades[swatch.partition(" ")[0]]))
        line.append(f" {note.text}  ", _DIM)
    if line:
        yield line


def _rows(
    graph: FlameGraph,
    part: FlamePart,
    names: Sequence[str],
    colors: Sequence[str],
    screen: Screen,
) -> Iterator[Text]:
    """Yield the levels of a part."""
    inside = np.arange(part.first, part.end)
    scale = screen.columns * screen.steps / max(part.total, 1)
    start = np.floor(graph.x[inside] * scale + 0.5).astype(int)
    end = np.floor((graph.x + graph.total_values)[inside] * scale + 0.5).astype(int)
    level = graph.depth[inside]
    draw = _blocks if screen.colors else _brackets
    for depth in range(int(level.max()) + 1):
        here = np.flatnonzero((level == depth) & (end > start))
        boxed: list[int] = inside[here].tolist()
        rows = zip(start[here].tolist(), end[here].tolist(), boxed, strict=True)
        boxes = [(begin, stop, _said(graph, i, names), colors[i]) for begin, stop, i in rows]
        yield draw(boxes, screen)


def _said(graph: FlameGraph, i: int, names: Sequence[str]) -> tuple[str, str]:
    """Return a box's name and its share; of a difference by how much that changed."""
    if graph.change and graph.function[i] != ABSENT:
        return names[i], f"{100 * graph.change.of_node[i]:+.1f}"
    whole = graph.part_totals[i]
    if graph.depth[i] == 0:
        whole = graph.total
    return names[i], f"{share(int(graph.total_values[i]), int(whole))} %"


def _fitted(said: tuple[str, str], cells: int, more: str) -> str:
    """Return a name with its share, or what there is room for, exactly so many cells wide."""
    name, part = said
    if cells < _LEAST_NAME:
        return " " * cells
    text = f" {name} {part}"
    if cell_len(text) > cells:
        text = name
    if cell_len(text) > cells:
        text = f"{set_cell_size(name, cells - 1).rstrip()}{more}"
    return set_cell_size(text, cells)


def _blocks(boxes: Sequence[tuple[int, int, tuple[str, str], str]], screen: Screen) -> Text:
    """Draw a row of boxes whose edges are at half columns."""
    shades = light_colors()
    owner: list[int | None] = [None] * (2 * screen.columns)
    fills = []
    for number, (start, end, _, color) in enumerate(boxes):
        owner[start:end] = [number] * (end - start)
        fill = shades[color.partition(" ")[0]]
        fills.append(_darker(fill) if number % 2 else fill)
    line = Text()
    used = (max((end for _, end, _, _ in boxes), default=0) + 1) // 2
    cells = [(owner[2 * n], owner[2 * n + 1]) for n in range(used)]
    for (left, right), run in groupby(cells):
        width = len(list(run))
        if left is None and right is None:
            line.append(" " * width)
        elif left == right and left is not None:
            text = _fitted(boxes[left][2], width, screen.more)
            line.append(text, Style(color=_TEXT, bgcolor=fills[left]))
        elif left is None and right is not None:
            line.append("▐", Style(color=fills[right]))
        elif left is not None:
            back = None if right is None else fills[right]
            line.append("▌", Style(color=fills[left], bgcolor=back))
    return line


def _darker(color: str) -> str:
    parts = (int(color[n : n + 2], 16) for n in (1, 3, 5))
    return "#" + "".join(f"{round(part * _DARKER):02x}" for part in parts)


def _brackets(boxes: Sequence[tuple[int, int, tuple[str, str], str]], screen: Screen) -> Text:
    """Draw a row of boxes as ``[name 12.3 %]``; one that is a column wide as ``|``."""
    line = ""
    for start, end, said, _ in boxes:
        line += " " * (start - cell_len(line))
        width = end - start
        line += "|" if width == 1 else f"[{_fitted(said, width - 2, screen.more)}]"
    return Text(line)
