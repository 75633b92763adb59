"""What is said of the boxes of a flame graph: names, places, figures. ``words.js`` agrees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from profkit.profile import ABSENT, full_place, function_name, thread_name
from profkit.render.escape import escape
from profkit.render.fitting import fit, fit_path
from profkit.render.values import duration, percent, scale_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from profkit.profile import Profile
    from profkit.render.values import Scale
    from profkit.views.flame import FlameGraph

__all__ = ["LONGEST_UNIT", "Label", "figures", "label", "part_names", "points", "unit_of"]

LONGEST_UNIT = 12


class Label(NamedTuple):
    """What the boxes of a function say: its name, and where it is."""

    name: str
    place: str


def label(profile: Profile, function: int, longest: int) -> Label:
    """Return what a function is called, both cut to ``longest`` letters."""
    if function == ABSENT:
        return Label("all", "")
    name = function_name(profile, function)
    place = full_place(profile, function)
    # Cut twice: a long text takes time to escape, and may be longer once it is.
    name = fit(escape(name[: longest + 1]), longest)
    return Label(name, fit_path(escape(place[-longest - 1 :]), longest))


def part_names(graph: FlameGraph, longest: int) -> list[str]:
    """Return what stands in the first box of each part: its thread, or that it is everything."""
    threads = graph.profile.threads
    return [
        "all" if part.thread == ABSENT else fit(escape(thread_name(threads[part.thread])), longest)
        for part in graph.parts
    ]


def unit_of(graph: FlameGraph) -> Scale:
    """Return the scale of a graph's values; in a difference that of the sides' own."""
    value_type, whole = graph.value_type, graph.total
    if graph.change:
        value_type = graph.profile.value_types[graph.options.value_type]
        whole = max(graph.change.base_total, graph.change.candidate_total)
    scale = scale_of(value_type, whole)
    return replace(scale, label=fit(escape(scale.label), LONGEST_UNIT))


def points(change: float) -> str:
    """Return by how much a share changed, as in ``+2.2 points``."""
    text = f"{100 * change:+.1f}"
    return f"{'0.0' if text in ('+0.0', '-0.0') else text} points"


def figures(graph: FlameGraph, scale: Scale, names: Sequence[str]) -> Callable[[int], str]:
    """Return what tells the figures of a box by its number; ``names`` are those of all boxes."""
    if graph.change:
        return _compared(graph, scale)
    if graph.options.layout == "chart":
        return _timed(graph)
    if graph.options.layout == "heavy":
        return _turned_over(graph, scale, names)
    return _upright(graph, scale)


def _amount(graph: FlameGraph, scale: Scale) -> Callable[[int, int], str]:
    totals, wholes = graph.total_values.tolist(), graph.part_totals.tolist()
    heads = {part.first for part in graph.parts if part.thread != ABSENT}

    def amount(i: int, value: int) -> str:
        if i in heads and value == totals[i]:
            return f"{scale.with_label(value)} ({percent(value, graph.total)} of all threads)"
        return f"{scale.with_label(value)} ({percent(value, wholes[i])})"

    return amount


def _upright(graph: FlameGraph, scale: Scale) -> Callable[[int], str]:
    amount = _amount(graph, scale)
    totals, selves = graph.total_values.tolist(), graph.self_values.tolist()
    return lambda i: f"total {amount(i, totals[i])}, self {amount(i, selves[i])}"


def _turned_over(graph: FlameGraph, scale: Scale, names: Sequence[str]) -> Callable[[int], str]:
    amount = _amount(graph, scale)
    totals, depth = graph.total_values.tolist(), graph.depth.tolist()
    leaf, leaves = 0, []
    for i, level in enumerate(depth):
        leaf = i if level <= 1 else leaf
        leaves.append(leaf)

    def tell(i: int) -> str:
        if depth[i] <= 1:
            return f"{'self' if depth[i] else 'total'} {amount(i, totals[i])}"
        part = percent(totals[i], totals[leaves[i]])
        return f"called for {amount(i, totals[i])}, {part} of {names[leaves[i]]}"

    return tell


def _timed(graph: FlameGraph) -> Callable[[int], str]:
    totals, selves = graph.total_values.tolist(), graph.self_values.tolist()
    depth, x, whole = graph.depth.tolist(), graph.x.tolist(), graph.total

    def amount(value: int) -> str:
        return f"{duration(value)} ({percent(value, whole)})"

    def tell(i: int) -> str:
        if not depth[i]:
            return f"total {duration(totals[i])}, {amount(selves[i])} of it blank"
        return f"total {amount(totals[i])}, self {amount(selves[i])}, from {duration(x[i])}"

    return tell


def _compared(graph: FlameGraph, scale: Scale) -> Callable[[int], str]:
    change = graph.change
    assert change  # noqa: S101 (whoever calls has looked)
    totals = change.base.tolist(), change.candidate.tolist()
    selves = change.base_self.tolist(), change.candidate_self.tolist()
    wholes = change.base_total, change.candidate_total

    def part(values: tuple[list[int], list[int]], side: int, i: int) -> float:
        return values[side][i] / wholes[side] if wholes[side] else 0.0

    def share(values: tuple[list[int], list[int]], side: int, i: int) -> str:
        return percent(values[side][i], wholes[side])

    def tell(i: int) -> str:
        before, after = (scale.with_label(totals[side][i]) for side in (0, 1))
        whole = points(part(totals, 1, i) - part(totals, 0, i))
        own = points(part(selves, 1, i) - part(selves, 0, i))
        return (
            f"total {share(totals, 1, i)} ({after}), base {share(totals, 0, i)} ({before}), {whole}"
            f"; self {share(selves, 1, i)}, base {share(selves, 0, i)}, {own}"
        )

    return tell
