"""``profkit diff``: what became slower, and what faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import pick_value_type
from profkit.cli.sides import load_sides, two_sides
from profkit.render.diff import diff_document
from profkit.views.costs import COST_GROUPINGS, PER
from profkit.views.diff import DiffOptions
from profkit.views.diff import diff as compare
from profkit.views.ranking import ORDERS

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.cli.sides import Sides
    from profkit.views.costs import Per
    from profkit.views.ranking import Grouping, Order

__all__ = ["diff"]


@click.command(
    epilog="""\b
Examples:
  profkit diff before.cpuprofile after.cpuprofile
  profkit diff --base 'runs/base-*.log' --candidate 'runs/new-*.log' --by package
  profkit diff before/ after/ --per-request .json
"""
)
@two_sides()
@click.option(
    "--by",
    type=click.Choice(COST_GROUPINGS),
    default="function",
    show_default=True,
    help="Compare these.",
)
@click.option(
    "--sort",
    type=click.Choice(ORDERS),
    default="charged",
    show_default=True,
    help="By the change of the code itself, with what it had the runtime do, or with all it calls.",
)
@click.option(
    "--per",
    type=click.Choice(PER),
    help="Compare shares, or times per second or operation.  [default: operation where they are "
    "told, else share]",
)
@options.limit(20, "rows")
@options.min_share(0.0)
@options.measuring
@options.reading
@options.reading_and_writing
def diff(
    *,
    sides: Sides,
    by: Grouping,
    sort: Order,
    per: Per | None,
    limit: int | None,
    min_share: float,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Compare two versions of a program: what costs more, what less, what is new or vanished.

    BASE is before the change and CANDIDATE after it; each is a file, or a folder of several runs.
    Functions meet whatever line they begin at and wherever the checkout is.
    """
    joined = load_sides(sides, input_format=input_format, reading=reading, output=writing.output)
    view = compare(
        joined,
        DiffOptions(
            by,
            sort,
            per,
            limit,
            min_share,
            pick_value_type(joined.profile, value_type),
            include_idle,
        ),
    )
    writing.show(lambda: diff_document(view), "diff", view.profile, view)
