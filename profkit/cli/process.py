"""``profkit process``: the report of V8's tick processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type, preprocess_log
from profkit.cli.messages import note
from profkit.cli.output import show, write
from profkit.cli.tick_options import TickCommand, selecting, separating, tick_option
from profkit.errors import UsageError
from profkit.profile import COUNT
from profkit.render.cells import kept
from profkit.render.classic import classic_text
from profkit.render.records import to_json
from profkit.render.ticks import ticks_document, ticks_record
from profkit.views.heavy import HeavyOptions, heavy
from profkit.views.ranking import RankingOptions, rank
from profkit.views.tick_labels import without_unaccounted
from profkit.views.tick_rules import PLAIN, rules_of
from profkit.views.ticks import TickOptions, tick_report, with_own_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from profkit.cli.loading import Reading
    from profkit.profile import Profile, ValueType
    from profkit.views.ranking import Grouping, Ranking

__all__ = ["process"]

_CALLERS = 5
_DEPTH = 10
_SHARES: tuple[Grouping, ...] = ("kind", "tier", "state")
_MIN_SHARE = 0.01


@click.command(
    cls=TickCommand,
    epilog="""\b
Examples:
  node --prof server.js && profkit process isolate0x*-v8.log
  profkit process --format classic --no-symbols isolate.log
  profkit process -n 5 isolate.log.gz
  profkit process --preprocess isolate.log --output isolate.v8log.json
  profkit process --json isolate.log | jq '.bottomUp[0].name'
""",
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
@options.reading_and_writing_long
@selecting
@separating
@tick_option(
    "--call-graph-size",
    metavar="N",
    type=click.IntRange(min=0),
    help="Show N levels of callers (5; without --format classic 9).",
)
@tick_option("--ignore-unknown", is_flag=True, help="Leave out ticks in unknown code.")
@tick_option("--only-summary", is_flag=True, help="Show the summary only.")
@tick_option(
    "--preprocess",
    "preprocesses",
    is_flag=True,
    help="Write the log as JSON for other tools: its code, and which of it each tick was in.",
)
def process(
    *,
    profiles: tuple[str, ...],
    layout: str,
    limit: int | None,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    separate: Mapping[str, bool | None],
    call_graph_size: int | None,
    ignore_unknown: bool,
    only_summary: bool,
    preprocesses: bool,
    input_format: str | None,
    as_json: bool,
    output: str | None,
) -> None:
    """Report where the ticks of a V8 log went.

    A summary; the packages that are responsible; ticks in shared libraries, in JavaScript and other
    code that V8 made, and in C++; and the bottom-up profile: what spent the time, and who called
    it. Profiles of other formats are reported the same way.
    """
    if preprocesses:
        named = preprocess_log(profiles, input_format=input_format, reading=reading, output=output)
        write(named, output)
        return
    maps = reading.options.source_maps
    if layout == "classic" and len(maps) > 1:
        raise UsageError("the classic report takes one --source-map")
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading.but(inlined=False, source_maps=(), find_source_maps=False)
        if layout == "classic"
        else reading,
        output=output,
    )
    number = pick_value_type(profile, value_type)
    view = TickOptions(
        depth=_CALLERS if call_graph_size is None else call_graph_size,
        value_type=number,
        include_idle=include_idle,
        hidden=PLAIN.hidden_labels(separate),
        ignore_unknown=ignore_unknown,
    )
    if layout == "classic":
        view = with_own_rules(view, profile, separate)
        _warn_of_bare(profile, separate)
    report = tick_report(profile, view)
    if as_json:
        shares = _shares(profile, number, include_idle=include_idle)
        record = ticks_record(profile, report, shares, only_summary=only_summary)
        write(to_json(record), output)
    elif layout == "classic":
        if profile.value_types[number].unit != COUNT:
            raise UsageError(
                "the classic report counts ticks; choose a value type that is a count "
                f"with --value-type ({_counts(profile.value_types)})"
            )
        labelled: Callable[[str], str] = str
        if maps:
            from profkit.symbols.sources import source_labels  # noqa: PLC0415 (imports msgspec)

            labelled = source_labels(maps[0])
        source = profile.meta.source
        _tell_kept(profile, view)
        write(classic_text(report, source, only_summary=only_summary, labelled=labelled), output)
    elif only_summary:
        show(ticks_document(profile, report, limit=limit), output)
    else:
        if ignore_unknown:
            profile = without_unaccounted(profile)
        levels = _DEPTH if call_graph_size is None else call_graph_size + 1
        packages = rank(profile, RankingOptions("package", "charged", limit, number, include_idle))
        shares = _shares(profile, number, include_idle=include_idle)
        below = heavy(profile, HeavyOptions(limit, levels, _MIN_SHARE, number, include_idle))
        show(ticks_document(profile, report, packages, shares, below, limit=limit), output)


def _shares(profile: Profile, value_type: int, *, include_idle: bool) -> list[Ranking]:
    return [
        rank(profile, RankingOptions(by, value_type=value_type, include_idle=include_idle))
        for by in _SHARES
    ]


def _warn_of_bare(profile: Profile, separate: Mapping[str, bool | None]) -> None:
    """Say what an option without a value means to V8's own tool, where that is the contrary."""
    for kind, value in separate.items():
        if value is None and not rules_of(profile).meaning[None]:
            note(f"--separate-{kind} without =true means =false, as to V8's own tool")


def _tell_kept(profile: Profile, options: TickOptions) -> None:
    """Say what Node's text has no place for: what was asked of the log, and what that left."""
    for fact in kept(profile, options.value_type, include_idle=options.include_idle):
        note(fact)


def _counts(value_types: Sequence[ValueType]) -> str:
    names = [value_type.type for value_type in value_types if value_type.unit == COUNT]
    return ", ".join(names) or "this profile has none"
