"""A flame graph as one SVG file that needs nothing else.

Every box stands in the file with its title, so that it can be read without JavaScript and in an
``<img>``. The scripts in ``flame/``, which the file carries along, add zoom, search, the keyboard
and an address for each view; ``flame.css`` the colours, for light and dark pages.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
import numpy as np

from profkit.profile import ABSENT
from profkit.render.escape import escape
from profkit.render.fitting import fit, xml
from profkit.render.flame_boxes import HEADER, MARGIN, axis, boxes, place, swatches, texts
from profkit.render.flame_notes import flow, legend, remarks, why_empty
from profkit.render.flame_words import Label, figures, label, part_names, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.render.palette import Coloring
    from profkit.render.values import Scale
    from profkit.views.flame import FlameGraph

__all__ = ["DiffBy", "FlameStyle", "flame_svg"]

DiffBy: TypeAlias = Literal["node", "function"]
"""Whose change a box of a difference shows: its own, or that of its function all in all."""

_SCRIPTS = ("model", "words", "draw", "search", "address", "keys")
_TITLE_LETTER = 9.4
_LONGEST_TEXT = 400
_LARGEST_FILE = 10_000_000
_NAME_LENGTHS = (_LONGEST_TEXT, 100, 30, 10, 3)


@dataclass(frozen=True, slots=True)
class FlameStyle:
    """How a flame graph is drawn.

    ``title`` stands above it; with ``icicle`` its root is on top, as that of a chart always is.
    ``color`` is what the colours tell. In a difference they tell changes, by ``diff_by``.
    """

    title: str = "Flame graph"
    icicle: bool = False
    color: Coloring = "package"
    diff_by: DiffBy = "node"


def flame_svg(graph: FlameGraph, profile: Profile, style: FlameStyle | None = None) -> str:
    """Return a picture of the flame graph of ``profile``: an SVG document, to be kept as UTF-8.

    Of up to 40,000 boxes it takes at most 10 MB: names are cut where they would make it more.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> picture = profkit.flame_svg(profkit.flame(profile), profile)
    >>> picture[:46]
    '<svg xmlns="http://www.w3.org/2000/svg" width='
    """
    style = style or FlameStyle()
    *lengths, least = _NAME_LENGTHS
    for longest in lengths:
        if _size_of_names(graph, profile, longest) < _LARGEST_FILE:
            svg = _draw(graph, profile, style, longest)
            if len(svg.encode()) <= _LARGEST_FILE:
                return svg
    return _draw(graph, profile, style, least)


def _size_of_names(graph: FlameGraph, profile: Profile, longest: int) -> int:
    """Return how many characters there are at least in names and places, cut to ``longest``."""
    functions = np.unique(graph.function)
    functions = functions[functions != ABSENT]
    table = profile.functions
    strings = [*table.name[functions].tolist(), *table.file[functions].tolist()]
    return sum(min(longest, len(profile.text(string))) for string in strings)


def _draw(graph: FlameGraph, profile: Profile, style: FlameStyle, longest: int) -> str:
    width = graph.options.width
    scale = unit_of(graph)
    down = style.icicle or graph.options.layout == "chart"
    places = place(graph, down=down)
    functions, function_of = np.unique(graph.function, return_inverse=True)
    known = [label(profile, function, longest) for function in functions.tolist()]
    colors = swatches(graph, style.color, by_function=style.diff_by == "function")
    foot = places.bottom + 20
    is_head = graph.depth == 0
    used = [color for color, head in zip(colors, is_head.tolist(), strict=True) if not head]
    said = [*legend(graph, style.color, used), *remarks(graph, scale)]
    notes, bottom = flow(said, MARGIN, width, foot)
    title = fit(escape(style.title), _LONGEST_TEXT)
    heading = fit(title, (width - 2 * MARGIN) / _TITLE_LETTER)
    size = f'width="{width}" height="{bottom}" viewBox="0 0 {width} {bottom}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f"<title>{xml(title)}</title>",
        f"<style>\n{_packaged('flame.css')}</style>",
        '<rect id="page" width="100%" height="100%"/>',
        f'<text id="title" x="{MARGIN}" y="25">{xml(heading)}</text>',
    ]
    parts = part_names(graph, longest)
    if graph.total:
        labels = [known[number] for number in function_of.tolist()]
        for part, name in zip(graph.parts, parts, strict=True):
            labels[part.first] = Label(name, "")
        tell = figures(graph, scale, [label.name for label in labels])
        if graph.options.layout == "chart":
            lines += ['<g id="axis">', *axis(graph, places.bottom), "</g>"]
        lines.append('<g id="boxes">')
        lines.extend(boxes(graph, places, colors, labels, tell))
        lines.append('</g>\n<g id="labels">')
        lines.extend(texts(places, labels))
        lines.append("</g>")
    else:
        lines.append(f'<text x="{MARGIN}" y="{HEADER + 13}">{why_empty(graph)}</text>')
    lines += [f'<g id="notes" data-top="{foot}">', *notes, "</g>"]
    if graph.total:
        lines.append(_data(graph, scale, known, function_of, parts, down=down))
        lines.append(f"<script><![CDATA[\n{_script()}]]></script>")
    return "\n".join([*lines, "</svg>\n"])


def _data(
    graph: FlameGraph,
    scale: Scale,
    known: Sequence[Label],
    function_of: npt.NDArray[np.intp],
    parts: Sequence[str],
    *,
    down: bool,
) -> str:
    """Return what the script works with: each function once, and the boxes' exact values."""
    data = {
        "functions": known,
        "function": function_of.tolist(),
        "depth": graph.depth.tolist(),
        "x": graph.x.tolist(),
        "self": graph.self_values.tolist(),
        "total": graph.total_values.tolist(),
        "unit": asdict(scale),
        "margin": MARGIN,
        "header": HEADER,
        "layout": graph.options.layout,
        "down": down,
        "whole": graph.total,
        "parts": [
            {"name": name, "first": part.first, "end": part.end, "isThread": part.thread != ABSENT}
            for part, name in zip(graph.parts, parts, strict=True)
        ],
    }
    if change := graph.change:
        data["change"] = {
            "base": change.base.tolist(),
            "candidate": change.candidate.tolist(),
            "baseSelf": change.base_self.tolist(),
            "candidateSelf": change.candidate_self.tolist(),
            "baseTotal": change.base_total,
            "candidateTotal": change.candidate_total,
        }
    encoded = msgspec.json.encode(data).decode()
    return f'<script type="application/json" id="data">{xml(encoded)}</script>'


def _script() -> str:
    """Return the script: its files share one scope, and nothing of it is seen outside."""
    pieces = [_packaged(f"flame/{name}.js") for name in _SCRIPTS]
    return "\n".join(['"use strict";\n(() => {', *pieces, "})();\n"])


def _packaged(name: str) -> str:
    return resources.files("profkit.render").joinpath(name).read_text("utf-8")
