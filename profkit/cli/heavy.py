"""``profkit heavy``: the bottom-up view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.render.calltree import heavy_document
from profkit.views.heavy import HeavyOptions
from profkit.views.heavy import heavy as find_heavy

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.views.grouped import CallerGrouping

__all__ = ["heavy"]


@click.command(
    epilog="""\b
Examples:
  profkit heavy app.cpuprofile
  profkit heavy --depth 20 --min-share 0.5 isolate.log
  profkit heavy -n 3 --json app.cpuprofile | jq '.rows[].name'
"""
)
@options.profiles
@options.grouping
@options.limit(10, "functions, each with its callers")
@options.depth(10)
@options.min_share(1.0)
@options.measuring
@options.reading
@options.reading_and_writing
def heavy(
    *,
    profiles: tuple[str, ...],
    by: CallerGrouping,
    limit: int | None,
    depth: int | None,
    min_share: float,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Show what takes the time itself, and under it who calls it (bottom-up).

    A row under another is a caller, with the share of the time that came that way. Follow the
    greatest shares down until you meet code of your own.
    """
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading.but(lines=by == "line"),
        output=writing.output,
    )
    number = pick_value_type(profile, value_type)
    view = find_heavy(profile, HeavyOptions(limit, depth, min_share, number, include_idle, by))
    writing.show(lambda: heavy_document(view.profile, view), "heavy", view.profile, view)
