"""Where a flame graph goes: into a file by its suffix, or into the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from profkit.cli.messages import note
from profkit.cli.output import STDOUT, terminal_width, wants_color, write
from profkit.errors import UsageError
from profkit.render.flame_svg import FlameStyle, flame_svg
from profkit.render.values import count, percent
from profkit.transforms.joining import Joined
from profkit.views.flame import FlameGraph, FlameOptions, flame, flame_difference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from profkit.profile import Profile

__all__ = ["DRAWINGS", "Drawing", "Picture", "draw", "drawing_of"]

_PLAIN_COLUMNS = 100
_LINES_AROUND = 6
"""What else is in a terminal beside the boxes: the title, what is said below, the prompt."""


@dataclass(frozen=True)
class Picture:
    """What is to be drawn: a profile or two sides, and how.

    ``width``, ``min_width`` and ``depth`` are what the user gave, None where nothing.
    """

    subject: Profile | Joined
    options: FlameOptions
    style: FlameStyle
    width: int | None = None
    min_width: float | None = None
    depth: int | None = None

    @cached_property
    def graph(self) -> FlameGraph:
        """The graph as files have it."""
        options = self.options
        return self.laid_out(self.width or options.width, options.min_width)

    def laid_out(self, width: int, min_width: float) -> FlameGraph:
        """Return the graph for a picture of this width; the user's own least width comes first."""
        least = min_width if self.min_width is None else self.min_width
        options = replace(self.options, width=width, min_width=least)
        if isinstance(self.subject, Joined):
            return flame_difference(self.subject, options)
        return flame(self.subject, options)

    def refuse(self, what: str, *names: str) -> None:
        """Raise :class:`UsageError` where one of these was given: ``what`` has no use for it."""
        for name in names:
            if getattr(self, name) is not None:
                raise UsageError(f"--{name.replace('_', '-')} is of no use for {what}")


def draw(picture: Picture, out: str | None) -> None:
    """Draw a picture where the user wants it: None is standard output, as text.

    Raises :class:`UsageError` where an option does not apply there,
    :class:`~profkit.errors.OutputError` where it cannot be written.
    """
    if out is None or (out == STDOUT and sys.stdout.isatty()):
        _draw_in_terminal(picture)
    else:
        drawing_of(out).draw(picture, out)


def drawing_of(out: str) -> Drawing:
    """Return what draws this file; standard output is an SVG."""
    suffix = ".svg" if out == STDOUT else os.path.splitext(out)[1].lower()  # noqa: PTH122
    return DRAWINGS[suffix]


def _draw_svg(picture: Picture, out: str) -> None:
    picture.refuse("an SVG", "depth")
    graph = picture.graph
    write(flame_svg(graph, graph.profile, picture.style).encode(), out)
    place = "standard output" if out == STDOUT else out
    if not graph.total:
        note(f"nothing to draw; the picture in {place} says why")
        return
    rest = ""
    if graph.pruned:
        whole = int(graph.self_values[graph.depth > 0].sum()) + graph.pruned_self
        own = percent(graph.pruned_self, whole)
        rest = f", without {count(graph.pruned, 'narrow box', 'narrow boxes')} ({own} of self time)"
    drawn = len(graph) - len(graph.parts)
    note(f"drew {count(drawn, 'box', 'boxes')} to {place}{rest}")


def _write_page(picture: Picture, out: str) -> None:
    from profkit.render.page import PageOptions, flame_html  # noqa: PLC0415 (only needed here)

    picture.refuse("a page", "width", "min_width", "depth")
    options, style = picture.options, picture.style
    for name, is_given in (
        ("per-thread", options.per_thread),
        ("color", style.color != "package"),
        ("width-by", options.width_by != "candidate"),
        ("diff-by", style.diff_by != "node"),
    ):
        if is_given:
            raise UsageError(f"--{name} is of no use for a page")
    view = "flame" if options.layout == "graph" else options.layout
    page = PageOptions(
        style.title,
        options.value_type,
        options.include_idle,
        "icicle" if style.icicle and view == "flame" else view,
    )
    write(flame_html(picture.subject, page), out)
    subject = picture.subject
    profile = subject.profile if isinstance(subject, Joined) else subject
    note(f"wrote a page of {count(profile.sample_count, 'sample')} to {out}")


def _draw_in_terminal(picture: Picture) -> None:
    """Draw as wide and as deep as the terminal, in colours where it has them.

    Elsewhere it is text of 100 columns that no level is cut from.
    """
    from profkit.render.flame_terminal import Screen, flame_lines  # noqa: PLC0415 (rich costs 50 ms)
    from profkit.render.terminal import printed  # noqa: PLC0415

    picture.refuse("the terminal", "width", "min_width")
    is_shown = sys.stdout.isatty()
    has_unicode = sys.stdout.encoding.lower().startswith("utf")
    colors = wants_color() and has_unicode
    columns = terminal_width() if is_shown else _PLAIN_COLUMNS
    levels = picture.depth
    if levels is None and is_shown:
        levels = max(shutil.get_terminal_size().lines - _LINES_AROUND, 1)
    screen = Screen(columns, levels or None, colors, "…" if has_unicode else "~")
    graph = picture.laid_out(columns * screen.steps, 1)
    lines = flame_lines(graph, picture.style, screen)
    if colors:
        write(printed(lines, columns), None)
    else:
        write("".join(f"{line.plain.rstrip()}\n" for line in lines), None)


class Drawing(NamedTuple):
    """How a kind of file is drawn: ``draw`` writes it and says so.

    ``reading`` are options of reading that it needs besides those of the user.
    """

    draw: Callable[[Picture, str], None]
    reading: Mapping[str, object] = {}


DRAWINGS = {
    ".svg": Drawing(_draw_svg),
    ".html": Drawing(_write_page, {"lines": True, "sources": True}),
}
"""What draws a file, by its suffix."""
