"""A flame graph as one SVG file that needs nothing else.

Every box stands in the file with its title, so that it can be read without JavaScript and in an
``<img>``. ``flame.js``, which the file carries along, adds zoom, search and the keyboard;
``flame.css`` the colours, for light and dark pages.
"""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from profkit.profile import ABSENT, COUNT, full_place, function_name
from profkit.render.cells import kept
from profkit.render.escape import escape
from profkit.render.palette import FAMILIES, swatch
from profkit.render.values import count, percent, scale_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.render.values import Scale
    from profkit.views.flame import FlameGraph

__all__ = ["FlameStyle", "flame_svg"]

_MARGIN = 10
_HEADER = 58
_ROW = 18
_BOX = 17
_GAP = 0.6
_WORTH_GAP = 1.5
_LEAST = 0.1
_LINE = 18
_SWATCH = 12

# What a letter is wide: exactly in the labels, whose font is a monospace of 11 pixels, and at
# most elsewhere. The script measures; this serves those who look without it.
_LABEL_LETTER = 6.6
_NOTE_LETTER = 6.8
_TITLE_LETTER = 9.4
_LEAST_CELLS = 3
_LAST_NARROW_LETTER = "\u10ff"

_LONGEST_TEXT = 400
_LONGEST_UNIT = 12
_LARGEST_FILE = 10_000_000
_NAME_LENGTHS = (_LONGEST_TEXT, 100, 30, 10, _LEAST_CELLS)
_TITLED_BOXES = 12_000


@dataclass(frozen=True, slots=True)
class FlameStyle:
    """How a flame graph is drawn: under which title, and whether with the root on top."""

    title: str = "Flame graph"
    icicle: bool = False


class _Label(NamedTuple):
    """What the boxes of a function say, and which colour they have."""

    name: str
    place: str
    swatch: str


class _Note(NamedTuple):
    """A remark below the boxes, and the colour families that it explains."""

    text: str
    families: Sequence[str] = ()


class _Places(NamedTuple):
    """Where the boxes stand, in pixels."""

    left: list[float]
    wide: list[float]
    top: list[int]


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
    functions = np.unique(graph.function[1:])
    table = profile.functions
    strings = [*table.name[functions].tolist(), *table.file[functions].tolist()]
    return sum(min(longest, len(profile.text(string))) for string in strings)


def _draw(graph: FlameGraph, profile: Profile, style: FlameStyle, longest: int) -> str:
    width = graph.options.width
    scale = scale_of(profile.value_types[graph.options.value_type], graph.total)
    scale = replace(scale, label=_fit(escape(scale.label), _LONGEST_UNIT))
    functions, function_of = np.unique(graph.function, return_inverse=True)
    known = [_label(profile, function, longest) for function in functions.tolist()]
    foot = _HEADER + graph.levels * _ROW + 20
    notes, bottom = _flow([*_legend(known), *_remarks(graph, profile, scale)], width, foot)
    title = _fit(escape(style.title), _LONGEST_TEXT)
    heading = _fit(title, (width - 2 * _MARGIN) / _TITLE_LETTER)
    size = f'width="{width}" height="{bottom}" viewBox="0 0 {width} {bottom}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f"<title>{_xml(title)}</title>",
        f"<style>\n{_packaged('flame.css')}</style>",
        '<rect id="page" width="100%" height="100%"/>',
        f'<text id="title" x="{_MARGIN}" y="25">{_xml(heading)}</text>',
    ]
    if graph.total:
        places = _places(graph, style)
        labels = [known[number] for number in function_of.tolist()]
        lines.append('<g id="boxes">')
        lines.extend(_boxes(graph, scale, places, labels))
        lines.append('</g>\n<g id="labels">')
        lines.extend(_texts(places, labels))
        lines.append("</g>")
    else:
        lines.append(f'<text x="{_MARGIN}" y="{_HEADER + 13}">{_why_empty(graph)}</text>')
    lines += [f'<g id="notes" data-top="{foot}">', *notes, "</g>"]
    if graph.total:
        lines.append(_data(graph, scale, known, function_of))
        lines.append(f"<script><![CDATA[\n{_packaged('flame.js')}]]></script>")
    return "\n".join([*lines, "</svg>\n"])


def _places(graph: FlameGraph, style: FlameStyle) -> _Places:
    scale = max(1, graph.options.width - 2 * _MARGIN) / max(1, graph.total)
    left = graph.x * scale
    wide = (graph.x + graph.total_values) * scale - left
    level = graph.depth if style.icicle else graph.levels - 1 - graph.depth
    return _Places((left + _MARGIN).tolist(), wide.tolist(), (_HEADER + level * _ROW).tolist())


def _label(profile: Profile, function: int, longest: int) -> _Label:
    if function == ABSENT:
        return _Label("all", "", "i0")
    table = profile.functions
    name = function_name(profile, function)
    color = swatch(name, int(table.kind[function]), profile.text(int(table.package[function])))
    place = full_place(profile, function)
    # Cut twice: a long text takes time to escape, and may be longer once it is.
    name = _fit(escape(name[: longest + 1]), longest)
    return _Label(name, _fit_path(escape(place[-longest - 1 :]), longest), color)


def _boxes(
    graph: FlameGraph, scale: Scale, places: _Places, labels: Sequence[_Label]
) -> Iterator[str]:
    """Yield the boxes; the widest of them with titles, to the others the script gives some.

    Nobody points at a box narrower than a pixel before it is zoomed, and titles take most of the
    room in the file.
    """
    total = graph.total
    titled = np.zeros(len(graph), bool)
    titled[np.argsort(-graph.total_values, kind="stable")[:_TITLED_BOXES]] = True
    values = zip(graph.total_values.tolist(), graph.self_values.tolist(), strict=True)
    rows = zip(*places, labels, values, titled.tolist(), strict=True)
    for left, wide, top, (name, place, color), (whole, own), has_title in rows:
        drawn = wide - _GAP if wide > _WORTH_GAP else max(wide, _LEAST)
        box = f'<rect x="{left:.1f}" y="{top}" width="{drawn:.1f}" height="{_BOX}" class="{color}"'
        if not has_title:
            yield f"{box}/>"
            continue
        figures = (
            f"total {scale.with_label(whole)} ({percent(whole, total)}), "
            f"self {scale.with_label(own)} ({percent(own, total)})"
        )
        title = "\n".join(filter(None, (name, place, figures)))
        yield f"{box}><title>{_xml(title)}</title></rect>"


def _texts(places: _Places, labels: Sequence[_Label]) -> Iterator[str]:
    for left, wide, top, label in zip(*places, labels, strict=True):
        text = _fit(label.name, (wide - 7) / _LABEL_LETTER)
        if text:
            yield f'<text x="{left + 3:.1f}" y="{top + 12.5}">{_xml(text)}</text>'


def _legend(known: Sequence[_Label]) -> Iterator[_Note]:
    """Yield what the colours mean, of the families that occur."""
    present = {label.swatch[0] for label in known[1:]}
    for meaning, families in FAMILIES.items():
        if shown := sorted(present.intersection(families)):
            yield _Note(meaning, shown)


def _remarks(graph: FlameGraph, profile: Profile, scale: Scale) -> Iterator[_Note]:
    value_type = profile.value_types[graph.options.value_type]
    measure = "" if value_type.unit == COUNT else f" {_fit(escape(value_type.type), _LONGEST_UNIT)}"
    yield _Note(escape(profile.meta.source))
    yield _Note(f"{scale.with_label(graph.total)}{measure} in all")
    if graph.idle:
        yield _Note(f"{scale.with_label(graph.idle)} of idleness left out")
    options = graph.options
    for text in kept(profile, options.value_type, include_idle=options.include_idle):
        yield _Note(text)
    if graph.pruned:
        boxes, own = (
            count(graph.pruned, "narrow box", "narrow boxes"),
            percent(graph.pruned_self, graph.total),
        )
        yield _Note(f"{boxes} not drawn, with {own} of self time")


def _flow(notes: Sequence[_Note], width: int, top: int) -> tuple[list[str], int]:
    """Return the notes, as many side by side as fit, and where the last line of them ends."""
    room = width - 2 * _MARGIN
    lines, left = [], 0.0
    for text, families in notes:
        swatches = "".join(
            f'<rect x="{i * _SWATCH}" y="-10" width="{_SWATCH - 1}" height="11" class="{family}0"/>'
            for i, family in enumerate(families)
        )
        start = len(families) * _SWATCH + 4 if families else 0
        shown = _fit_path(text, (room - start) / _NOTE_LETTER)
        wide = start + len(shown) * _NOTE_LETTER
        if left and left + wide > room:
            left, top = 0.0, top + _LINE
        lines.append(
            f'<g transform="translate({_MARGIN + left:.0f} {top})">{swatches}'
            f'<text x="{start}">{_xml(shown)}</text></g>'
        )
        left += wide + 16
    return lines, top + 12


def _why_empty(graph: FlameGraph) -> str:
    if graph.idle:
        return "Nothing to draw: the program was idle all the time."
    return "Nothing to draw: no sample has any value."


def _data(
    graph: FlameGraph, scale: Scale, known: Sequence[_Label], function_of: npt.NDArray[np.intp]
) -> str:
    """Return what the script works with: each function once, and the boxes' exact values."""
    data = {
        "functions": [(label.name, label.place) for label in known],
        "function": function_of.tolist(),
        "depth": graph.depth.tolist(),
        "x": graph.x.tolist(),
        "self": graph.self_values.tolist(),
        "total": graph.total_values.tolist(),
        "unit": asdict(scale),
        "margin": _MARGIN,
        "header": _HEADER,
    }
    encoded = msgspec.json.encode(data).decode()
    return f'<script type="application/json" id="data">{_xml(encoded)}</script>'


def _packaged(name: str) -> str:
    return resources.files("profkit.render").joinpath(name).read_text("utf-8")


def _fit(text: str, cells: float) -> str:
    """Shorten a text to so many cells, from its end; in less than three there is nothing to say.

    East Asian letters and emoji take two cells. ``flame.js`` does the same.
    """
    if cells < _LEAST_CELLS:
        return ""
    if len(text) <= cells and text.isascii():
        return text
    room = cells
    for position, letter in enumerate(text):
        room -= _cells(letter)
        if room < 0:
            kept = position
            room += _cells(letter)
            while room < 1:
                kept -= 1
                room += _cells(text[kept])
            return f"{text[:kept]}…"
    return text


def _cells(letter: str) -> int:
    return 2 if letter > _LAST_NARROW_LETTER else 1


def _fit_path(text: str, letters: float) -> str:
    """Shorten a path from its beginning: the end tells more."""
    return text if len(text) <= letters else f"…{text[1 - max(_LEAST_CELLS, int(letters)) :]}"


def _xml(text: str) -> str:
    """Return an escaped name as XML text; XML holds two more characters to be unfit."""
    return html.escape(text, quote=False).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
