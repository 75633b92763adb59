"""``profkit process``: the report of V8's tick processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.cli.output import show, write
from profkit.errors import UsageError
from profkit.profile import COUNT
from profkit.render.classic import classic_text
from profkit.render.records import to_json
from profkit.render.ticks import ticks_document, ticks_record
from profkit.views.heavy import HeavyOptions, heavy
from profkit.views.ranking import RankingOptions, rank
from profkit.views.ticks import TickOptions, tick_report, with_own_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.cli.loading import Reading
    from profkit.profile import ValueType
    from profkit.views.ranking import Grouping

__all__ = ["process"]

_DEPTH = 10
_SHARES: tuple[Grouping, ...] = ("kind", "tier", "state")
_MIN_SHARE = 0.01


@click.command(
    epilog="""\b
Examples:
  node --prof server.js && profkit process isolate0x*-v8.log
  profkit process --format classic --no-symbols isolate.log
  profkit process -n 5 isolate.log.gz
  profkit process --json isolate.log | jq '.bottomUp[0].name'
"""
)
@options.profiles
@click.option(
    "--format",
    "layout",
    type=click.Choice(["rich", "classic"]),
    default="rich",
    show_default=True,
    help="A report for people, or the text that node --prof-process prints.",
)
@options.limit(8, "rows of each section (classic shows all)")
@options.measuring
@options.reading
@options.reading_and_writing
def process(
    *,
    profiles: tuple[str, ...],
    layout: str,
    limit: int | None,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    as_json: bool,
    output: str | None,
) -> None:
    """Report where the ticks of a V8 log went.

    A summary; the packages that are responsible; ticks in shared libraries, in JavaScript and other
    code that V8 made, and in C++; and the bottom-up profile: what spent the time, and who called
    it. Profiles of other formats are reported the same way.
    """
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading.but(inlined=False) if layout == "classic" else reading,
        output=output,
    )
    number = pick_value_type(profile, value_type)
    view = TickOptions(value_type=number, include_idle=include_idle)
    if layout == "classic":
        view = with_own_rules(view, profile)
    report = tick_report(profile, view)
    shares = [
        rank(profile, RankingOptions(by, value_type=number, include_idle=include_idle))
        for by in _SHARES
    ]
    if as_json:
        write(to_json(ticks_record(profile, report, shares)), output)
    elif layout == "classic":
        if profile.value_types[number].unit != COUNT:
            raise UsageError(
                "the classic report counts ticks; choose a value type that is a count "
                f"with --value-type ({_counts(profile.value_types)})"
            )
        write(classic_text(report, profile.meta.source), output)
    else:
        packages = rank(profile, RankingOptions("package", "charged", limit, number, include_idle))
        below = heavy(profile, HeavyOptions(limit, _DEPTH, _MIN_SHARE, number, include_idle))
        show(ticks_document(profile, report, packages, shares, below, limit), output)


def _counts(value_types: Sequence[ValueType]) -> str:
    names = [value_type.type for value_type in value_types if value_type.unit == COUNT]
    return ", ".join(names) or "this profile has none"
