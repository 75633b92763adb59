"""``profkit calibrate``: how often a check alarms where nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.check import pick_shared_value
from profkit.cli.sides import Sides, read_sides
from profkit.errors import NothingToReadError
from profkit.gate.calibrate import calibrate as split
from profkit.gate.check import CheckOptions
from profkit.render.calibration import calibration_document

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing

__all__ = ["calibrate"]


@click.command(
    epilog="""\b
Examples:
  profkit calibrate 'runs/*.cpuprofile' --ops 20000
  profkit calibrate runs/ --per-request .json --splits 1000
"""
)
@click.argument("profiles", metavar="PROFILE...", nargs=-1, type=options.FILE)
@click.option(
    "--ops",
    metavar="N",
    multiple=True,
    type=click.FloatRange(min=0, min_open=True),
    help="How many operations (such as requests) each run did; or one number for each run.",
)
@click.option(
    "--per-request",
    metavar="JSON",
    multiple=True,
    help="Count operations by what a load test wrote: a file for each run, or .SUFFIX for those "
    "beside the profiles.",
)
@click.option(
    "--splits",
    metavar="N",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Compare in N ways at most for each number of runs.",
)
@click.option(
    "--seed", metavar="N", type=int, default=1, show_default=True, help="Draw other splits."
)
@options.least
@options.drift
@options.value_type
@options.reading
@options.reading_and_writing
def calibrate(
    *,
    profiles: tuple[str, ...],
    ops: tuple[float, ...],
    per_request: tuple[str, ...],
    splits: int,
    seed: int,
    least: float | None,
    drift: float | None,
    value_type: str | None,
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Compare runs of one version with one another: each alarm is a false one.

    Tells what profkit check can find on this machine, and how often it would cry wolf.
    """
    if not profiles:
        raise NothingToReadError("no PROFILE is named; name several runs of one version")
    runs = read_sides(
        Sides((), profiles, ((), ops), per_request),
        input_format=input_format,
        reading=reading,
        output=writing.output,
    )
    chosen = CheckOptions(
        least=CheckOptions().least if least is None else least,
        drift=drift,
        value_type=pick_shared_value(runs.candidate, value_type),
    )
    found = split(
        runs.candidate, chosen, operations=runs.candidate_operations, most=splits, seed=seed
    )
    writing.show(lambda: calibration_document(found), "calibrate", found)
