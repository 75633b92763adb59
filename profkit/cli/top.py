"""``profkit top``: a ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.render.ranking import ranking_document
from profkit.views.ranking import GROUPINGS, ORDERS, RankingOptions, rank

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.views.ranking import Grouping, Order

__all__ = ["top"]


@click.command(
    epilog="""\b
Examples:
  profkit top app.cpuprofile
  profkit top --by package --sort total isolate.log
  py-spy record -f raw -o - ./service | profkit top -n 5 -
"""
)
@options.profiles
@click.option(
    "--by",
    type=click.Choice(GROUPINGS),
    default="function",
    show_default=True,
    help="Rank these.",
)
@click.option(
    "--sort",
    type=click.Choice(ORDERS),
    default="self",
    show_default=True,
    help="By the time in the code itself, with what it had the runtime do, or with all it calls.",
)
@options.limit(20, "rows")
@options.measuring
@options.reading
@options.reading_and_writing
def top(
    *,
    profiles: tuple[str, ...],
    by: Grouping,
    sort: Order,
    limit: int | None,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Rank functions, files, packages or kinds of code by their time.

    Self is the time in the code itself. Charged adds what the runtime (native code, builtins, the
    core modules of Node or Python) did for it: who is responsible. Total adds all that it called;
    recursion counts once.
    """
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading.but(lines=by == "line"),
        output=writing.output,
    )
    ranking = rank(
        profile,
        RankingOptions(by, sort, limit, pick_value_type(profile, value_type), include_idle),
    )
    writing.show(lambda: ranking_document(profile, ranking), "top", profile, ranking)
