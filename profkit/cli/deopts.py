"""``profkit deopts``: which code V8 had to give up, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles
from profkit.render.deopts import deopts_document
from profkit.views.deopts import DEOPT_GROUPINGS, DeoptOptions
from profkit.views.deopts import deopts as count_deopts

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.views.deopts import DeoptGrouping

__all__ = ["deopts"]


@click.command(
    epilog="""\b
Examples:
  node --prof --log-deopt server.js && profkit deopts isolate0x*-v8.log
  profkit deopts --by reason isolate.log
  profkit deopts --json isolate.log | jq '.rows[0].place'
"""
)
@options.profiles
@click.option(
    "--by",
    type=click.Choice(DEOPT_GROUPINGS),
    default="place",
    show_default=True,
    help="Count these; a place with its function, kind and reason.",
)
@options.limit(20, "rows")
@options.reading
@options.reading_and_writing
def deopts(
    *,
    profiles: tuple[str, ...],
    by: DeoptGrouping,
    limit: int | None,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Count the deoptimisations in a V8 log.

    V8 gives up optimised code when what it took for granted turns out wrong. Once is usual; the
    same place over and over is a loop of compiling and giving up. The self time is that of the
    function in the whole recording.
    """
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading,
        output=writing.output,
        subject="deopts",
    )
    found = count_deopts(profile, DeoptOptions(by, limit))
    writing.show(lambda: deopts_document(profile, found), "deopts", profile, found)
