"""``profkit history``: what many commits cost, and where that changed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click

from profkit.cli import options
from profkit.cli.commits import TIME, commit_of
from profkit.cli.loading import pick_value_type
from profkit.cli.messages import note
from profkit.cli.output import terminal_width, write
from profkit.cli.sides import Sides, read_sides
from profkit.history.measuring import known_groups, measure
from profkit.history.store import LEVELS, History
from profkit.history.trends import MEASURES, PER, TrendOptions, contents
from profkit.history.trends import trends as trends_of
from profkit.render.history import changes_document, list_document, room_for_trend, trends_document
from profkit.render.values import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.history.store import Level
    from profkit.history.trends import Measure, Per

__all__ = ["history"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_file = click.argument("file", metavar="HISTORY", type=options.FILE)


@click.group(epilog="profkit history COMMAND --help shows a command's options and examples.")
def history() -> None:
    """Keep what many commits cost in one file, and find where it changed.

    HISTORY is the file, or a folder that it is in.
    """


@history.command(
    epilog="""\b
Examples:
  profkit history add perf.sqlite run-*.cpuprofile --ops 20000
  profkit history add perf.sqlite app.cpuprofile --commit 4f2a9c1 --time 2026-03-31
  profkit history add perf.sqlite app.cpuprofile --label v1.4.0
"""
)
@_file
@click.argument("profiles", metavar="PROFILE...", nargs=-1, required=True, type=options.FILE)
@click.option("--commit", metavar="SHA", help="The commit that was recorded; HEAD without it.")
@click.option("--label", metavar="TEXT", help="What to call it, such as a version.")
@click.option("--time", "moment", metavar="TIME", type=TIME, help="When it was committed.")
@click.option("--branch", metavar="NAME", help="The branch; the one checked out without it.")
@click.option("--machine", metavar="TEXT", default="", help="A note on the machine.")
@click.option(
    "--ops",
    "operations",
    metavar="N",
    type=click.FloatRange(min=0, min_open=True),
    help="How many operations (such as requests) each recording did.",
)
@click.option(
    "--per-request",
    metavar="JSON",
    multiple=True,
    help="Count operations by what a load test wrote: a file for each recording, or .SUFFIX for "
    "those beside them.",
)
@options.value_type
@options.reading
@options.input_format
def add(
    *,
    file: str,
    profiles: tuple[str, ...],
    commit: str | None,
    label: str | None,
    moment: int | None,
    branch: str | None,
    machine: str,
    operations: float | None,
    per_request: tuple[str, ...],
    value_type: str | None,
    reading: Reading,
    input_format: str | None,
) -> None:
    """Add recordings of a commit, each of them a run.

    A PROFILE is a file, a folder of files or a quoted pattern. Of each recording are kept the total
    and the functions, packages and categories that take 0.1 % of it.
    """
    of = commit_of(commit, label, moment, branch)
    known = known_groups(file)
    told = ((), () if operations is None else (operations,))
    runs = read_sides(
        Sides(candidate=profiles, operations=told, per_request=per_request),
        input_format=input_format,
        reading=reading,
    )
    recorded = []
    for profile, done in zip(runs.candidate, runs.candidate_operations, strict=True):
        chosen = pick_value_type(profile, value_type) if value_type else None
        found = measure(profile, known, chosen, operations=done, machine=machine)
        known |= {cost.group for cost in found.costs}
        recorded.append(found)
    with History.writing(file, create=True) as open_history:
        added = sum(open_history.add(of, one.run, one.costs, one.value_type) for one in recorded)
    there = len(recorded) - added
    rest = f", left {count(there, 'run')} that it had" if there else ""
    note(f"{file}: added {count(added, 'run')} of {of.title}{rest}")


def _trends(limit: int) -> Callable[[_Command], _Command]:
    """Give ``wanted``: what is looked at, as every command that looks at trends has it."""

    def decorate(command: _Command) -> _Command:
        @functools.wraps(command)
        def call(
            *,
            by: Level,
            measure: Measure,
            function: str | None,
            per: Per | None,
            last: int | None,
            branch: str | None,
            limit: int | None,
            min_share: float,
            level: float,
            **others: object,
        ) -> object:
            wanted = TrendOptions(by, measure, function, per, last, branch, limit, min_share, level)
            return command(wanted=wanted, **others)

        return options.all_of(
            click.option(
                "--by",
                type=click.Choice(LEVELS),
                default="function",
                show_default=True,
                help="Look at these, and at the total.",
            ),
            click.option(
                "--sort",
                "measure",
                type=click.Choice(MEASURES),
                default="self",
                show_default=True,
                help="Their own time, or with all they call.",
            ),
            click.option(
                "--function", metavar="NAME", help="Look at what is called so, however small."
            ),
            click.option(
                "--per",
                type=click.Choice(PER),
                help="Divide costs by this; by operations where all runs tell them, else by runs.",
            ),
            click.option(
                "--last",
                metavar="N",
                type=click.IntRange(min=1),
                help="Look at the last N commits.",
            ),
            click.option("--branch", metavar="NAME", help="Look at the commits of this branch."),
            options.limit(limit, "rows"),
            options.min_share(1),
            click.option(
                "--level",
                metavar="P",
                type=click.FloatRange(0.0001, 0.5),
                default=0.01,
                show_default=True,
                help="How likely a change point may be where nothing changed.",
            ),
        )(call)  # type: ignore[return-value]

    return decorate


@history.command(
    epilog="""\b
Examples:
  profkit history show perf.sqlite
  profkit history show --by package --svg trend.svg perf.sqlite
  profkit history show --function logRequest perf.sqlite
"""
)
@_file
@_trends(20)
@click.option("--svg", metavar="FILE", type=options.FILE, help="Draw the trends as well.")
@options.writing
def show(*, file: str, wanted: TrendOptions, svg: str | None, writing: Writing) -> None:
    """Show the trend of the total, and of what costs most."""
    with History.reading(file) as open_history:
        found = trends_of(open_history, wanted)
    if svg is not None:
        from profkit.render.history_svg import history_svg  # noqa: PLC0415 (only needed here)

        write(history_svg(found).encode(), svg)
        note(f"drew {count(1 + len(found.rows), 'trend')} to {svg}")
    room = room_for_trend(terminal_width()) if writing.is_shown else None
    writing.show(lambda: trends_document(found, room), "history-show", found)


@history.command(
    epilog="""\b
Examples:
  profkit history changes perf.sqlite
  profkit history changes --by package --last 100 perf.sqlite
"""
)
@_file
@_trends(50)
@options.writing
def changes(*, file: str, wanted: TrendOptions, writing: Writing) -> None:
    """List where costs changed: between which commits, from what to what.

    A slow creep of many small steps is one or a few changes.
    """
    with History.reading(file) as open_history:
        found = trends_of(open_history, wanted)
    writing.show(lambda: changes_document(found), "history-changes", found)


@history.command("list")
@_file
@options.writing
def list_(*, file: str, writing: Writing) -> None:
    """List the commits, and how many runs each has."""
    with History.reading(file) as open_history:
        found = contents(open_history)
    writing.show(lambda: list_document(found), "history-list", found)


@history.command()
@_file
@click.argument("commits", metavar="COMMIT...", nargs=-1, required=True)
def remove(*, file: str, commits: tuple[str, ...]) -> None:
    """Remove commits with their runs, named by their id, its beginning, or their label."""
    with History.writing(file) as open_history:
        gone = sum(open_history.remove(commit) for commit in commits)
    note(f"{file}: removed {count(gone, 'run')}")
