"""What stands below a flame graph: what its colours mean, what it is of, what it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from profkit.profile import COUNT, function_name
from profkit.render.cells import kept
from profkit.render.escape import escape
from profkit.render.fitting import fit, fit_middle, xml
from profkit.render.flame_words import LONGEST_UNIT
from profkit.render.palette import CHANGE, SCHEMES
from profkit.render.values import count, duration, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from profkit.profile import Profile
    from profkit.render.palette import Coloring
    from profkit.render.values import Scale
    from profkit.views.flame import FlameChange, FlameGraph

__all__ = ["Note", "flow", "legend", "remarks", "why_empty"]

_LINE = 18
_SWATCH = 12
_LETTER = 6.8
_NAMED = 4
_LONGEST_NAME = 24


class Note(NamedTuple):
    """A remark below the boxes, and the colours that it explains."""

    text: str
    swatches: Sequence[str] = ()


def legend(graph: FlameGraph, coloring: Coloring, swatches: Iterable[str]) -> Iterator[Note]:
    """Yield what the colours mean, of those families that occur."""
    if graph.change:
        yield Note("points of share from the base: -5 -2 -0.5 -0.1 0 +0.1 +0.5 +2 +5", CHANGE)
        if any("gone" in swatch for swatch in swatches):
            yield Note("only in the base", [f"{CHANGE[0]} gone"])
        return
    present = {swatch[0] for swatch in swatches}
    for meaning, families in SCHEMES[coloring].legend.items():
        if shown := sorted(present.intersection(families)):
            yield Note(meaning, [f"{family}0" for family in shown])


def remarks(graph: FlameGraph, scale: Scale) -> Iterator[Note]:
    """Yield what a reader should know of what is shown, and of what is not."""
    profile = graph.profile
    if graph.change:
        yield from _of_sides(profile, graph.change, scale)
    else:
        yield Note(escape(profile.meta.source))
        yield Note(f"{_amount(graph, scale, graph.total)}{_measure(graph)} in all")
    if graph.idle:
        yield Note(f"{_amount(graph, scale, graph.idle)} of idleness left out")
    options = graph.options
    for text in kept(profile, options.value_type, include_idle=options.include_idle):
        yield Note(text)
    if graph.pruned:
        boxes = count(graph.pruned, "narrow box", "narrow boxes")
        whole = int(graph.self_values[graph.depth > 0].sum()) + graph.pruned_self
        own = percent(graph.pruned_self, whole)
        above = ", and their callers" if options.layout == "heavy" else ""
        yield Note(f"{boxes} not drawn{above}, with {own} of self time")
    if graph.threads_left_out:
        why = "times" if options.layout == "chart" else "a value"
        yield Note(f"{count(graph.threads_left_out, 'thread')} without {why} not drawn")


def _amount(graph: FlameGraph, scale: Scale, value: int) -> str:
    return duration(value) if graph.options.layout == "chart" else scale.with_label(value)


def _measure(graph: FlameGraph) -> str:
    value_type = graph.value_type
    if value_type.unit == COUNT or graph.options.layout == "chart":
        return ""
    return f" {fit(escape(value_type.type), LONGEST_UNIT)}"


def _of_sides(profile: Profile, change: FlameChange, scale: Scale) -> Iterator[Note]:
    for side, names, whole in (
        ("candidate", change.candidate_names, change.candidate_total),
        ("base", change.base_names, change.base_total),
    ):
        yield Note(f"{side}: {escape(', '.join(names))}, {scale.with_label(whole)}")
    for what, found, own, whole in (
        ("gone", change.gone, change.gone_self, change.base_total),
        ("new", change.new, change.new_self, change.candidate_total),
    ):
        if not found:
            continue
        names_found = (fit(escape(function_name(profile, n)), _LONGEST_NAME) for n, _ in found)
        shares = (percent(total, whole) for _, total in found[:_NAMED])
        named = [f"{name} {part}" for part, name in zip(shares, names_found, strict=False)]
        rest = " …" if len(found) > _NAMED else ""
        functions = count(len(found), "function")
        about = f"{functions} with {percent(own, whole)} of self time"
        yield Note(f"{what}: {about}: {', '.join(named)}{rest}")


def flow(notes: Iterable[Note], margin: int, width: int, top: int) -> tuple[list[str], int]:
    """Return the notes, as many side by side as fit, and where the last line of them ends."""
    room = width - 2 * margin
    lines, left = [], 0.0
    for text, swatches in notes:
        colors = "".join(
            f'<rect x="{i * _SWATCH}" y="-10" width="{_SWATCH - 1}" height="11" class="{swatch}"/>'
            for i, swatch in enumerate(swatches)
        )
        start = len(swatches) * _SWATCH + 4 if swatches else 0
        shown = fit_middle(text, (room - start) / _LETTER)
        wide = start + len(shown) * _LETTER
        if left and left + wide > room:
            left, top = 0.0, top + _LINE
        lines.append(
            f'<g transform="translate({margin + left:.0f} {top})">{colors}'
            f'<text x="{start}">{xml(shown)}</text></g>'
        )
        left += wide + 16
    return lines, top + 12


def why_empty(graph: FlameGraph) -> str:
    """Return why there is nothing to draw."""
    if graph.idle:
        return "Nothing to draw: the program was idle all the time."
    return "Nothing to draw: no sample has any value."
