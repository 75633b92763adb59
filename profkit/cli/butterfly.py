"""``profkit butterfly``: one function, its callers and its callees."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.errors import UsageError
from profkit.render.butterfly import butterfly_document
from profkit.views.butterfly import ButterflyOptions
from profkit.views.butterfly import butterfly as find_butterfly

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing

__all__ = ["butterfly"]


@click.command(
    epilog="""\b
Examples:
  profkit butterfly logRequest app.cpuprofile
  profkit butterfly morgan/index.js:116 --depth 4 isolate.log
  profkit butterfly parse@lib/parser.js
"""
)
@click.argument("function", metavar="FUNCTION")
@options.profiles
@options.limit(10, "direct callers, and as many callees")
@options.depth(1)
@options.min_share(1.0)
@options.measuring
@options.reading
@options.reading_and_writing
def butterfly(
    *,
    function: str,
    profiles: tuple[str, ...],
    limit: int | None,
    depth: int | None,
    min_share: float,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Show one function between those that call it and those that it calls.

    FUNCTION is a name (parse), a place (lib/parser.js:12, with as much of the path as tells it
    apart) or both (parse@lib/parser.js). All its occurrences are merged. Shares in the column "of
    it", and --min-share, are of the function's own total.
    """
    if not profiles and Path(function).is_file():
        raise UsageError(f"{function} is a file; the function comes first, then the profiles")
    profile = load_profiles(
        profiles, input_format=input_format, reading=reading, output=writing.output
    )
    number = pick_value_type(profile, value_type)
    view = find_butterfly(
        profile, ButterflyOptions(function, limit, depth, min_share, number, include_idle)
    )
    writing.show(lambda: butterfly_document(profile, view), "butterfly", profile, view)
