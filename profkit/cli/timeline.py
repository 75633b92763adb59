"""``profkit timeline``: activity over time, and what kept the program busy for longest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles
from profkit.cli.output import show, terminal_width, write
from profkit.render.records import to_json
from profkit.render.timeline import room_for_blocks, timeline_document
from profkit.views.timeline import TimelineOptions
from profkit.views.timeline import timeline as find_timeline

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.profile import Profile

__all__ = ["timeline"]

_PLAIN_WIDTH = 100
_JSON_BUCKETS = 100


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
    as_json: bool,
    output: str | None,
) -> None:
    """Show what each thread did over time, and the longest stretches without a break.

    A block is as high as the share of its time that was spent so: busy in code, in native code,
    collecting garbage (gc) or idle. In a pipe it is a digit: eighths, 8 for all of it. Below stand
    the stretches in which the event loop, or a thread, did not come to rest.
    """
    profile = load_profiles(profiles, input_format=input_format, reading=reading, output=output)
    parts = buckets or (_JSON_BUCKETS if as_json else _room(profile, output))
    view = find_timeline(profile, TimelineOptions(parts, limit, gap))
    if as_json:
        from profkit.render.structs import members  # noqa: PLC0415 (imports msgspec)
        from profkit.render.timeline_record import TimelineRecord  # noqa: PLC0415

        write(to_json(members(TimelineRecord.of(profile, view))), output)
    else:
        show(timeline_document(profile, view), output)


def _room(profile: Profile, output: str | None) -> int:
    is_terminal = output in (None, "-") and sys.stdout.isatty()
    return room_for_blocks(profile, terminal_width() if is_terminal else _PLAIN_WIDTH)
