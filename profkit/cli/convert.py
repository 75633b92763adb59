"""``profkit convert``: a profile as a file of another tool."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from profkit.cli import options as shared
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.cli.messages import note
from profkit.cli.output import STDOUT, write
from profkit.errors import UsageError
from profkit.formats.targets import TARGETS, find_target, target_for
from profkit.formats.writing.contents import left_out
from profkit.render.values import count
from profkit.saving import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.cli.loading import Reading
    from profkit.formats.targets import Target

__all__ = ["convert"]


@click.command(
    epilog="""\b
Examples:
  profkit convert isolate.log app.cpuprofile          for DevTools and VS Code
  profkit convert app.cpuprofile app.speedscope.json  for speedscope
  profkit convert isolate.log app.pb.gz               for go tool pprof
  profkit convert a.log b.log all.trace.json.gz       several, each a thread
  profkit convert --format folded app.cpuprofile - | flamegraph.pl > app.svg
"""
)
@click.argument("names", metavar="[PROFILE]... OUT", nargs=-1, type=shared.FILE)
@click.option(
    "--format",
    "name",
    type=click.Choice([target.name for target in TARGETS]),
    help="Write this format instead of telling it by OUT's name.",
)
@shared.value_type
@shared.reading
@shared.input_format
def convert(
    names: tuple[str, ...],
    *,
    name: str | None,
    value_type: str | None,
    reading: Reading,
    input_format: str | None,
) -> None:
    """Write a profile as a file that other tools open.

    OUT's name tells the format; .gz or .zst at its end compresses; - is standard output. What the
    format cannot hold is left out, and said. Without a PROFILE it takes what is piped in, else what
    was last read in this directory.
    """
    paths, out = _split(names)
    target = find_target(name) if name else _told_by(out)
    if target.wants_lines:
        reading = reading.but(lines=True)
    profile = load_profiles(paths, input_format=input_format, reading=reading, output=out)
    number = None if value_type is None else pick_value_type(profile, value_type)
    write(encode(profile, target, out, number), out)
    samples = count(profile.sample_count, "sample", "samples")
    place = "standard output" if out == STDOUT else out
    note(f"wrote {samples} as {target.name} to {place}")
    if lost := left_out(profile, target, number):
        note(f"what {target.name} does not hold is left out: {', '.join(lost)}")


def _split(names: Sequence[str]) -> tuple[Sequence[str], str]:
    """Return the profiles to read, and where the result goes.

    Raises :class:`UsageError` where a single name is a file that is there: it may be a profile that
    would be overwritten.
    """
    if not names:
        raise UsageError("name a file to write, as in: profkit convert app.cpuprofile app.pb.gz")
    if len(names) == 1 and os.path.isfile(names[0]):  # noqa: PTH113 (pathlib costs 4 ms)
        raise UsageError(f"{names[0]} is there already; name a profile to read and a file to write")
    return names[:-1], names[-1]


def _told_by(out: str) -> Target:
    if out == STDOUT:
        raise UsageError("say with --format which format goes to standard output")
    return target_for(out)
