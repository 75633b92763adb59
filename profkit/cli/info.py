"""``profkit info``: what a file holds, and what was lost in reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.loading import load_profiles
from profkit.cli.messages import note
from profkit.render.info import info_document
from profkit.views.info import info as describe

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing

__all__ = ["info"]


@click.command(
    epilog="""\b
Examples:
  profkit info app.cpuprofile
  profkit info --json isolate.log | jq '.ledger[] | select(.action == "dropped")'
"""
)
@options.profiles
@options.limit(20, "threads and libraries")
@options.reading
@options.reading_and_writing
def info(
    *,
    profiles: tuple[str, ...],
    limit: int | None,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Tell what a file holds, and what was dropped or repaired in reading it."""
    profile = load_profiles(
        profiles,
        input_format=input_format,
        reading=reading,
        output=writing.output,
        shows_losses=True,
    )
    for remark in profile.meta.remarks:
        note(remark)
    found = describe(profile)
    writing.show(lambda: info_document(profile, found, limit), "info", profile, found)
