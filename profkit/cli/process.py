"""``profkit process``: the report of V8's tick processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type, preprocess_log
from profkit.cli.messages import note
from profkit.cli.output import write
from profkit.cli.tick_options import TickCommand, selecting, separating, tick_option
from profkit.errors import UsageError
from profkit.profile import COUNT
from profkit.render.cells import kept
from profkit.render.classic import classic_text
from profkit.render.ticks import ticks_document
from profkit.views.tick_labels import without_unaccounted
from profkit.views.tick_rules import PLAIN, rules_of
from profkit.views.tick_surroundings import (
    DEPTH,
    LIMIT,
    bottom_up_profile,
    responsible_packages,
    shares_by_group,
)
from profkit.views.ticks import TickOptions, tick_report, with_own_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.profile import Profile, ValueType
    from profkit.render.tables import Document

__all__ = ["process"]

_CALLERS = 5


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
@options.limit(LIMIT, "rows of each section (classic, csv and json show all)")
@options.measuring
@options.reading
@options.reading_and_writing_ticks
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
    writing: Writing,
) -> None:
    """Report where the ticks of a V8 log went.

    A summary; the packages that are responsible; ticks in shared libraries, in JavaScript and other
    code that V8 made, and in C++; and the bottom-up profile: what spent the time, and who called
    it. Profiles of other formats are reported the same way.
    """
    if preprocesses:
        named = preprocess_log(
            profiles, input_format=input_format, reading=reading, output=writing.output
        )
        write(named, writing.output)
        return
    is_classic = writing.layout == "classic"
    maps = reading.options.source_maps
    if is_classic and len(maps) > 1:
        raise UsageError("the classic report takes one --source-map")
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading.but(inlined=False, source_maps=(), find_source_maps=False)
        if is_classic
        else reading,
        output=writing.output,
    )
    number = pick_value_type(profile, value_type)
    view = TickOptions(
        depth=_CALLERS if call_graph_size is None else call_graph_size,
        value_type=number,
        include_idle=include_idle,
        hidden=PLAIN.hidden_labels(separate),
        ignore_unknown=ignore_unknown,
    )
    if is_classic:
        view = with_own_rules(view, profile, separate)
        _warn_of_bare(profile, separate)
    report = tick_report(profile, view)
    if is_classic:
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
        text = classic_text(report, source, only_summary=only_summary, labelled=labelled)
        write(text, writing.output)
        return
    known = without_unaccounted(profile) if ignore_unknown else profile
    shares = [] if only_summary else shares_by_group(known, view)

    def document() -> Document:
        if only_summary:
            return ticks_document(profile, report, limit=limit)
        levels = DEPTH if call_graph_size is None else call_graph_size + 1
        packages = responsible_packages(known, view, limit)
        below = bottom_up_profile(known, view, limit, levels)
        return ticks_document(known, report, packages, shares, below, limit=limit)

    writing.show(document, "process", profile, report, shares)


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
