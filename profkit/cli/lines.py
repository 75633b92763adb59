"""``profkit lines``: the source with the time of each line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles, pick_value_type
from profkit.render.lines import annotated_document, files_document
from profkit.source import STDIN
from profkit.symbols.source_text import source_text
from profkit.views.lines import LinesOptions
from profkit.views.lines import lines as find_lines
from profkit.views.ranking import ORDERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.render.tables import Document
    from profkit.views.ranking import Order

__all__ = ["lines"]

_PER_FILE = 5
_SOURCE_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".py")


@click.command(
    epilog="""\b
Examples:
  profkit lines isolate.log
  profkit lines isolate.log lib/parser.js
  profkit lines --file parser.js --all
"""
)
@click.argument("names", metavar="[PROFILE]... [FILE]", nargs=-1, type=options.FILE)
@click.option("--file", metavar="FILE", help="Annotate this file; a part of its path will do.")
@click.option(
    "-C",
    "--context",
    metavar="N",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="With --file, show this many lines around those with figures.",
)
@click.option("--all", "whole", is_flag=True, help="With --file, show the whole file.")
@options.min_share(0.1)
@click.option(
    "--sort",
    type=click.Choice(ORDERS),
    default="self",
    show_default=True,
    help="By the time on the line itself, with what it had the runtime do, or with all it calls.",
)
@options.limit(10, "files, each with its hottest lines")
@click.option(
    "--source-root",
    metavar="FOLDER",
    default="",
    help="Look for source files below FOLDER, by the end of their path.",
)
@options.measuring
@options.reading
@options.reading_and_writing
def lines(
    *,
    names: tuple[str, ...],
    file: str | None,
    context: int,
    whole: bool,
    min_share: float,
    sort: Order,
    limit: int | None,
    source_root: str,
    value_type: str | None,
    include_idle: bool,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Show which lines of the source take the time.

    Without FILE, files are ranked, with their hottest lines; with it, the file is shown with the
    time of each line, folded around those that took any. The last name is FILE where it is source
    code by its ending, or no file here. Self is the time on the line itself,
    charged adds what the runtime did for it, total all that it called. The text comes with the
    recording, from a source map, or from the disk.
    """
    profiles, file = _split(names, file)
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading.but(lines=True, sources=True),
        output=writing.output,
    )
    number = pick_value_type(profile, value_type)
    view = find_lines(profile, LinesOptions(file, sort, limit, number, include_idle))
    shown = [profile.strings[name] for name in view.file.tolist()]
    texts = {name: source_text(profile, name, source_root) for name in shown}

    def document() -> Document:
        if file is None:
            return files_document(profile, view, texts, _PER_FILE)
        around = None if whole else context
        text = texts[shown[0]]
        return annotated_document(profile, view, text, context=around, min_share=min_share)

    writing.show(document, "lines", profile, view, texts)


def _split(names: Sequence[str], file: str | None) -> tuple[Sequence[str], str | None]:
    """Return the profiles to read, and the file to annotate, which the last name may be."""
    if file is not None or not names or names[-1] == STDIN:
        return names, file
    *others, last = names
    is_missing = bool(others) and not os.path.isfile(last)  # noqa: PTH113 (pathlib costs 4 ms)
    return (others, last) if is_missing or last.endswith(_SOURCE_ENDINGS) else (names, None)
