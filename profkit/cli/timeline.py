"""``profkit timeline``: activity over time, and what kept the program busy for longest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles
from profkit.cli.output import terminal_width
from profkit.render.timeline import room_for_blocks, timeline_document
from profkit.views.timeline import TimelineOptions
from profkit.views.timeline import timeline as find_timeline

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.profile import Profile

__all__ = ["timeline"]

_PLAIN_WIDTH = 100
_DATA_BUCKETS = 100


@click.command(
    epilog="""\b
Examples:
  profkit timeline app.cpuprofile
  profkit timeline -n 3 --gap 20 isolate.log
  profkit timeline --json --buckets 1000 app.cpuprofile | jq '.stretches[0]'
"""
)
@options.profiles
@options.limit(10, "of the longest stretches")
@click.option(
    "--buckets",
    metavar="N",
    type=click.IntRange(1, 100_000),
    help="Cut the time into this many parts; as many as fit without it, 100 in JSON.",
)
@click.option(
    "--gap",
    metavar="MS",
    type=click.FloatRange(0, min_open=True),
    callback=lambda _ctx, _param, value: None if value is None else max(round(value * 1e6), 1),
    help="End a stretch where no sample comes for longer; without it 50 intervals, 50 ms at least.",
)
@options.reading
@options.reading_and_writing
def timeline(
    *,
    profiles: tuple[str, ...],
    limit: int | None,
    buckets: int | None,
    gap: int | None,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Show what each thread did over time, and the longest stretches without a break.

    A block is as high as the share of its time that was spent so: busy in code, in native code,
    collecting garbage (gc) or idle. In a pipe it is a digit: eighths, 8 for all of it. Below stand
    the stretches in which the event loop, or a thread, did not come to rest.
    """
    profile = load_profiles(
        profiles, input_format=input_format, reading=reading, output=writing.output
    )
    parts = buckets or (_DATA_BUCKETS if writing.is_data else _room(profile, writing))
    view = find_timeline(profile, TimelineOptions(parts, limit, gap))
    writing.show(lambda: timeline_document(profile, view), "timeline", profile, view)


def _room(profile: Profile, writing: Writing) -> int:
    return room_for_blocks(profile, terminal_width() if writing.is_shown else _PLAIN_WIDTH)
