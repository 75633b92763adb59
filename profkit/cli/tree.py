"""``profkit tree``: the top-down view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.render.calltree import tree_document
from profkit.views.tree import TreeOptions
from profkit.views.tree import tree as find_tree

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.views.grouped import CallerGrouping

__all__ = ["tree"]


@click.command(
    epilog="""\b
Examples:
  profkit tree --depth 8 app.cpuprofile
  profkit tree --of logRequest isolate.log
  profkit tree --of next@express/lib/router/index.js isolate.log
"""
)
@options.profiles
@options.grouping
@click.option(
    "--of",
    metavar="FUNCTION",
    help="Show the calls of this function: a name, a place (morgan/index.js:144) or NAME@PLACE.",
)
@options.depth(10)
@options.min_share(1.0)
@options.measuring
@options.reading
@options.reading_and_writing
def tree(
    *,
    profiles: tuple[str, ...],
    by: CallerGrouping,
    of: str | None,
    depth: int | None,
    min_share: float,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Show what calls what, from the root of the stacks down (top-down)."""
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading.but(lines=by == "line"),
        output=writing.output,
    )
    number = pick_value_type(profile, value_type)
    view = find_tree(profile, TreeOptions(depth, min_share, of, number, include_idle, by))
    writing.show(lambda: tree_document(view.profile, view), "tree", view.profile, view)
