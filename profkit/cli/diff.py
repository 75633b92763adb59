"""``profkit diff``: what became slower, and what faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from profkit.cli import options
from profkit.cli.loading import pick_value_type
from profkit.cli.sides import load_sides, two_sides
from profkit.render.diff import diff_document, diff_tree_document
from profkit.views.costs import COST_GROUPINGS, PER
from profkit.views.diff import DiffOptions
from profkit.views.diff import diff as compare
from profkit.views.diff_tree import DiffTreeOptions, diff_tree
from profkit.views.ranking import ORDERS

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.cli.sides import Sides
    from profkit.views.costs import Per
    from profkit.views.diff_tree import Direction
    from profkit.views.grouped import CallerGrouping
    from profkit.views.ranking import Grouping, Order

__all__ = ["diff"]

_LEAST_IN_TREES = 0.01


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
    help="Compare shares, or time per second or per operation; without it per operation where "
    "operations are told, else shares.",
)
@click.option(
    "--heavy",
    "direction",
    flag_value="heavy",
    help="Show what differs with its callers under it (bottom-up).",
)
@click.option(
    "--tree", "direction", flag_value="tree", help="Show where it differs from the root (top-down)."
)
@options.limit(20, "rows; with --heavy so many functions, each with its callers")
@options.depth(10)
@click.option(
    "--min-share",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    callback=lambda _ctx, _param, value: None if value is None else value / 100,
    help="Leave out what has less than this share on both sides; in trees less than this share "
    "of all changes, which is 1 there without it.",
)
@options.measuring
@options.reading
@options.reading_and_writing
def diff(
    *,
    sides: Sides,
    by: CallerGrouping,
    sort: Order,
    per: Per | None,
    direction: Direction | None,
    limit: int | None,
    depth: int | None,
    min_share: float | None,
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
    number = pick_value_type(joined.profile, value_type)
    if direction:
        least = _LEAST_IN_TREES if min_share is None else min_share
        tree = diff_tree(
            joined,
            DiffTreeOptions(
                direction, by, per, limit, depth, least, number, include_idle=include_idle
            ),
        )
        writing.show(lambda: diff_tree_document(tree), "diff-tree", tree.joined.profile, tree)
        return
    view = compare(
        joined,
        DiffOptions(cast("Grouping", by), sort, per, limit, min_share or 0.0, number, include_idle),
    )
    writing.show(lambda: diff_document(view), "diff", view.profile, view)
