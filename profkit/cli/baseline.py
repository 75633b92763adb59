"""``profkit baseline``: runs that later ones are checked against, as one small file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.messages import note
from profkit.cli.sides import Sides, read_sides
from profkit.errors import NothingToReadError, UsageError
from profkit.gate.baseline import baseline_of, path_of, read_baseline, write_baseline
from profkit.render.baseline import baseline_document
from profkit.render.values import count

if TYPE_CHECKING:
    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.gate.baseline import Baseline

__all__ = ["baseline"]


@click.group(
    epilog="""\b
Examples:
  profkit baseline save main runs/*.cpuprofile --ops 20000
  profkit check --baseline main --candidate new/ --ops-candidate 20000
  profkit baseline update main runs/*.cpuprofile --keep 20
"""
)
def baseline() -> None:
    """Keep runs to check later ones against, as one small file to commit or to cache.

    NAME is .profkit/baselines/NAME.json.gz, or a path of its own.
    """


_name = click.argument("name", metavar="NAME|FILE")
_profiles = click.argument("profiles", metavar="PROFILE...", nargs=-1, type=options.FILE)
_ops = click.option(
    "--ops",
    metavar="N",
    multiple=True,
    type=click.FloatRange(min=0, min_open=True),
    help="How many operations (such as requests) each run did; or one number for each run.",
)
_per_request = click.option(
    "--per-request",
    metavar="JSON",
    multiple=True,
    help="Count operations by what a load test wrote: a file for each run, or .SUFFIX for those "
    "beside the profiles.",
)


@baseline.command()
@_name
@_profiles
@_ops
@_per_request
@click.option("--force", is_flag=True, help="Replace a baseline that is there.")
@options.reading
@options.input_format
def save(
    *,
    name: str,
    profiles: tuple[str, ...],
    ops: tuple[float, ...],
    per_request: tuple[str, ...],
    force: bool,
    reading: Reading,
    input_format: str | None,
) -> None:
    """Keep the runs PROFILE... as the baseline NAME."""
    path = path_of(name)
    if os.path.exists(path) and not force:  # noqa: PTH110 (every command imports os)
        raise UsageError(f"{path} is there already: use profkit baseline update, or --force")
    made = _made(profiles, ops, per_request, reading, input_format)
    _write(made, path)


@baseline.command()
@_name
@_profiles
@_ops
@_per_request
@click.option(
    "--keep",
    metavar="N",
    type=click.IntRange(min=1),
    help="Add the runs and keep the N latest of all; without it they replace those before.",
)
@options.reading
@options.input_format
def update(
    *,
    name: str,
    profiles: tuple[str, ...],
    ops: tuple[float, ...],
    per_request: tuple[str, ...],
    keep: int | None,
    reading: Reading,
    input_format: str | None,
) -> None:
    """Put the runs PROFILE... into the baseline NAME, in place of those before or after them."""
    path = path_of(name)
    before = read_baseline(path)
    made = _made(profiles, ops, per_request, reading, input_format)
    if keep is not None:
        runs = [*before.profiles(), *made.profiles()][-keep:]
        operations = [*before.operations, *made.operations][-keep:]
        made = baseline_of(runs, operations, least=before.trimmed)
    _write(made, path)


@baseline.command()
@_name
@click.option(
    "--below",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    default=0.1,
    show_default=True,
    help="Cut off what less than this share of the whole is spent in; its cost goes to its caller.",
)
def trim(*, name: str, below: float) -> None:
    """Make the baseline NAME smaller by cutting off what hardly costs anything."""
    path = path_of(name)
    before = read_baseline(path)
    _write(baseline_of(before.profiles(), before.operations, least=below / 100), path)


@baseline.command()
@_name
@options.reading_and_writing
def show(*, name: str, input_format: str | None, writing: Writing) -> None:  # noqa: ARG001
    """Tell what the baseline NAME holds."""
    path = path_of(name)
    stored = read_baseline(path)
    size = os.path.getsize(path)  # noqa: PTH202 (every command imports os)
    writing.show(lambda: baseline_document(stored, path, size), "baseline", stored, path, size)


def _made(
    profiles: tuple[str, ...],
    ops: tuple[float, ...],
    per_request: tuple[str, ...],
    reading: Reading,
    input_format: str | None,
) -> Baseline:
    if not profiles:
        raise NothingToReadError("no PROFILE is named to keep")
    sides = Sides((), profiles, ((), ops), per_request)
    runs = read_sides(sides, input_format=input_format, reading=reading)
    return baseline_of(runs.candidate, runs.candidate_operations)


def _write(made: Baseline, path: str) -> None:
    write_baseline(made, path)
    size = os.path.getsize(path)  # noqa: PTH202 (every command imports os)
    note(f"{path}: {count(len(made.runs), 'run')}, {size / 1000:,.0f} kB")
