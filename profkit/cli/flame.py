"""``profkit flame``: a flame graph as one file, or in the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, get_args

import click

from profkit.cli import options as shared
from profkit.cli.drawing import DRAWINGS, Picture, draw, drawing_of
from profkit.cli.loading import pick_value_type
from profkit.cli.output import STDOUT
from profkit.cli.sides import against_base, load_subject
from profkit.errors import UsageError
from profkit.render.flame_svg import DiffBy, FlameStyle
from profkit.render.palette import SCHEMES
from profkit.render.records import record_of
from profkit.transforms.joining import Joined, Side
from profkit.views.flame import FlameOptions, Layout, WidthBy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.cli.loading import Reading
    from profkit.profile import Profile
    from profkit.render.palette import Coloring

__all__ = ["flame"]


@click.command(
    epilog="""\b
Examples:
  profkit flame app.cpuprofile out.svg        one profile
  profkit flame app.cpuprofile out.html       a page to look into
  profkit flame app.cpuprofile                the same in the terminal
  profkit flame a.log b.log out.svg           several, merged
  profkit flame --heavy app.log out.svg       from the functions that take the time
  profkit flame --chart app.log out.svg       in the order of time
  profkit flame --base old.log new.log o.svg  what changed
  zcat stacks.gz | profkit flame out.svg      what is piped in
  profkit flame app.cpuprofile - > x.svg      to standard output
"""
)
@click.argument("names", metavar="[PROFILE]... [OUT]", nargs=-1, type=shared.FILE)
@click.option("--title", metavar="TEXT", help="The picture's title; the file's name without it.")
@click.option(
    "--heavy",
    "layout",
    flag_value="heavy",
    help="Begin with the functions that the time was spent in, their callers on them.",
)
@click.option(
    "--chart",
    "layout",
    flag_value="chart",
    help="Draw the stacks of each thread in the order of time.",
)
@click.option("--per-thread", is_flag=True, help="Draw each thread by itself.")
@click.option("--icicle", is_flag=True, help="Draw the root on top, and what it calls below.")
@click.option(
    "--color",
    type=click.Choice(list(SCHEMES)),
    help="What colours tell: whose code it is (package, the default), its kind, V8's tier, its "
    "file; or nothing (warm).",
)
@click.option(
    "--width",
    metavar="PIXELS",
    type=click.IntRange(min=200),
    show_default="1200",
    help="How wide the picture is where no script widens it to its window.",
)
@click.option(
    "--min-width",
    metavar="PIXELS",
    type=click.FloatRange(min=0),
    show_default="0.1",
    help="Leave out boxes that are narrower than this.",
)
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    help="Show this many levels in the terminal; 0 shows all. Without it as many as fit.",
)
@against_base
@click.option(
    "--width-by",
    type=click.Choice(get_args(WidthBy)),
    help="How wide boxes are with --base: by the candidate (the default), the base, the mean of "
    "both shares, or the change.",
)
@click.option(
    "--diff-by",
    type=click.Choice(get_args(DiffBy)),
    help="Whose change colours tell with --base: the box's own (node, the default), or its "
    "function's all in all.",
)
@shared.measuring
@shared.reading
@shared.input_format
@click.option(
    "--json", "as_json", is_flag=True, help="Print the boxes as JSON; a file is drawn besides."
)
@shared.no_color
def flame(
    names: tuple[str, ...],
    *,
    title: str | None,
    layout: Layout | None,
    per_thread: bool,
    icicle: bool,
    color: Coloring | None,
    width: int | None,
    min_width: float | None,
    depth: int | None,
    base: tuple[str, ...],
    width_by: WidthBy | None,
    diff_by: DiffBy | None,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    as_json: bool,
) -> None:
    """Draw a flame graph: all stacks at once, each box as wide as its time.

    The picture goes to OUT.svg, or to standard output for -. Open it in a browser: a click zooms,
    Ctrl-F searches. OUT.html is a page with more: calls by time, tables, filters. Without OUT it is
    drawn in the terminal. Without a PROFILE it shows what is piped in, else what was last read in
    this directory.
    """
    for name, given in (("width-by", width_by), ("diff-by", diff_by)):
        if given and not base:
            raise UsageError(f"--{name} is about a difference: name what to compare with (--base)")
    if base and color:
        raise UsageError("with --base colours tell what changed: leave out --color")
    paths, out = _split(names)
    reading = reading.but(**drawing_of(out).reading) if out else reading
    subject = load_subject(paths, base, input_format=input_format, reading=reading, output=out)
    profile = subject.profile if isinstance(subject, Joined) else subject
    options = FlameOptions(
        value_type=pick_value_type(profile, value_type),
        include_idle=include_idle,
        layout=layout or "graph",
        per_thread=per_thread,
        width_by=width_by or "candidate",
    )
    title = title or _title(subject)
    style = FlameStyle(title, icicle, color or "package", diff_by or "node")
    picture = Picture(subject, options, style, width, min_width, depth)
    if as_json:
        from profkit.render.records.shared import to_json  # noqa: PLC0415 (only needed here)

        sys.stdout.write(to_json(record_of("flame", profile, picture.graph)))
    if not (as_json and out in (None, STDOUT)):
        draw(picture, out)


def _split(names: Sequence[str]) -> tuple[Sequence[str], str | None]:
    """Return the profiles to read, and the file to draw; None where the last name is none.

    Raises :class:`UsageError` where it is neither a picture's name nor a file.
    """
    if names and (names[-1] == STDOUT or names[-1].lower().endswith(tuple(DRAWINGS))):
        return names[:-1], names[-1]
    if len(names) > 1 and not os.path.exists(names[-1]):  # noqa: PTH110 (it may be a pipe)
        known = " or ".join(DRAWINGS)
        raise UsageError(f"{names[-1]} is no file to read, and one to draw ends in {known}")
    return names, None


def _title(subject: Profile | Joined) -> str:
    """Return the names of the files that are shown, without their folders."""
    if isinstance(subject, Joined):
        base, candidate = (
            ", ".join(PurePath(subject.runs[run].name).name for run in subject.of_side(side))
            for side in Side
        )
        return f"{candidate} against {base}"
    return ", ".join(PurePath(part).name for part in subject.meta.source.split(", "))
