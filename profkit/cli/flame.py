"""``profkit flame``: a flame graph as one SVG file."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from profkit.cli import options as shared
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.cli.messages import note
from profkit.cli.output import STDOUT, write
from profkit.errors import UsageError
from profkit.render.flame_svg import FlameStyle, flame_svg
from profkit.render.page import PageOptions, flame_html
from profkit.render.records import record_of
from profkit.render.values import count, percent
from profkit.views.flame import FlameGraph, FlameOptions
from profkit.views.flame import flame as lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.cli.loading import Reading

__all__ = ["flame"]

PAGE = ".html"


@click.command(
    epilog="""\b
Examples:
  profkit flame app.cpuprofile out.svg     one profile
  profkit flame app.cpuprofile out.html    a page to look into
  profkit flame a.log b.log out.svg        several, merged
  profkit process app.log
  profkit flame out.svg                    the profile read last in this directory
  zcat stacks.gz | profkit flame out.svg   what is piped in
  profkit flame app.cpuprofile - > x.svg   to standard output
"""
)
@click.argument("names", metavar="[PROFILE]... OUT.svg", nargs=-1, type=shared.FILE)
@click.option("--title", metavar="TEXT", help="The picture's title; the file's name without it.")
@click.option(
    "--width",
    metavar="PIXELS",
    type=click.IntRange(min=200),
    default=1200,
    show_default=True,
    help="How wide the picture is where no script widens it to its window.",
)
@click.option(
    "--min-width",
    metavar="PIXELS",
    type=click.FloatRange(min=0),
    default=0.1,
    show_default=True,
    help="Leave out boxes that are narrower than this.",
)
@click.option("--icicle", is_flag=True, help="Draw the root on top, and what it calls below.")
@shared.measuring
@shared.reading
@shared.input_format
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the boxes as JSON; OUT.svg may then be left out.",
)
def flame(
    names: tuple[str, ...],
    *,
    title: str | None,
    width: int,
    min_width: float,
    icicle: bool,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    as_json: bool,
) -> None:
    """Draw a flame graph as SVG: all stacks at once, each box as wide as its time.

    The picture goes to OUT.svg, or to standard output for -. Open it in a browser: a click zooms,
    Ctrl-F searches. OUT.html is a page with more: calls by time, tables, filters. Without a PROFILE
    it shows what is piped in, else what was last read in this directory.
    """
    paths, out = _split(names, needs_output=not as_json)
    if out is not None and out.lower().endswith(PAGE):
        _refuse(as_json=as_json)
        reading = reading.but(lines=True, sources=True)
    profile = load_profiles(paths, input_format=input_format, reading=reading, output=out)
    if out is not None and out.lower().endswith(PAGE):
        number = pick_value_type(profile, value_type)
        page = flame_html(profile, PageOptions(title or "", number, include_idle, icicle))
        write(page, out)
        note(f"wrote a page of {count(profile.sample_count, 'sample')} to {out}")
        return
    graph = lay_out(
        profile,
        FlameOptions(
            value_type=pick_value_type(profile, value_type),
            include_idle=include_idle,
            width=width,
            min_width=min_width,
        ),
    )
    if as_json:
        from profkit.render.records.shared import to_json  # noqa: PLC0415 (only needed here)

        sys.stdout.write(to_json(record_of("flame", profile, graph)))
    if out is None or (as_json and out == STDOUT):
        return
    style = FlameStyle(title or _title(profile.meta.source), icicle=icicle)
    write(flame_svg(graph, profile, style).encode(), out)
    _tell(graph, out)


def _refuse(*, as_json: bool) -> None:
    """Say that some options are about pictures. Raises :class:`UsageError` where one makes none."""
    if as_json:
        raise UsageError("--json prints the boxes of a picture; name no page, or an .svg file")
    context = click.get_current_context()
    given = [
        f"--{name.replace('_', '-')}"
        for name in ("width", "min_width")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if given:
        note(f"a page is as wide as its window: {' and '.join(given)} say nothing here")


def _split(names: Sequence[str], *, needs_output: bool) -> tuple[Sequence[str], str | None]:
    """Return the profiles to read, and where the picture goes.

    Raises :class:`UsageError` where the last name is no place for a picture: it may be a profile
    that would be overwritten.
    """
    if names and (names[-1] == STDOUT or names[-1].lower().endswith((".svg", PAGE))):
        paths, out = names[:-1], names[-1]
    elif needs_output:
        last = f"not {names[-1]}" if names else "as in: profkit flame app.cpuprofile out.svg"
        raise UsageError(
            f"the last name must be a file to write that ends in .svg or .html, or -; {last}"
        )
    else:
        paths, out = names, None
    return paths, out


def _title(source: str) -> str:
    """Return the names of the files that a profile came from, without their folders."""
    return ", ".join(PurePath(part).name for part in source.split(", "))


def _tell(graph: FlameGraph, out: str) -> None:
    """Say what was drawn, what was not, and where the picture is."""
    place = "standard output" if out == STDOUT else out
    if not graph.total:
        note(f"nothing to draw; the picture in {place} says why")
        return
    rest = ""
    if graph.pruned:
        own = percent(graph.pruned_self, graph.total)
        rest = f", without {count(graph.pruned, 'narrow box', 'narrow boxes')} ({own} of self time)"
    note(f"drew {count(len(graph) - 1, 'box', 'boxes')} to {place}{rest}")
