"""``profkit check``: whether a change made a program slower, and what is to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from profkit.cli import options
from profkit.cli.narrowing import narrow_all
from profkit.cli.reporting import goes_to_stdout, report_outputs, write_reports
from profkit.cli.sides import Runs, read_sides, two_sides
from profkit.errors import NothingToReadError, UsageError
from profkit.gate.baseline import path_of, read_baseline
from profkit.gate.check import CheckOptions
from profkit.gate.check import check as judge
from profkit.gate.config import read_config
from profkit.render.verdict import verdict_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.cli.loading import Reading
    from profkit.cli.output import Writing
    from profkit.cli.reporting import ReportFile
    from profkit.cli.sides import Sides
    from profkit.profile import Profile

__all__ = ["check", "pick_shared_value"]


@click.command(
    epilog="""\b
Examples:
  profkit check --base 'base/*.cpuprofile' --candidate 'new/*.cpuprofile'
  profkit check --baseline main --candidate new/ --per-request .json
  profkit check --candidate new/ --output sarif=check.sarif     (budgets only)
"""
)
@two_sides(needs_base=False)
@click.option(
    "--baseline",
    metavar="NAME|FILE",
    help="Compare with a stored baseline (see profkit baseline) in place of a base.",
)
@click.option(
    "--config",
    metavar="FILE",
    type=options.FILE,
    help="Take budgets from FILE.  [default: profkit.toml, else pyproject.toml of this folder]",
)
@options.least
@options.drift
@options.value_type
@report_outputs
@options.reading
@options.reading_and_writing_reports
def check(
    *,
    sides: Sides,
    baseline: str | None,
    config: str | None,
    least: float | None,
    drift: float | None,
    value_type: str | None,
    reports: tuple[ReportFile, ...],
    reading: Reading,
    input_format: str | None,
    writing: Writing,
) -> None:
    """Tell whether a program became slower, and name what is to blame.

    BASE is before a change and CANDIDATE after it; each is a file, or a folder of several runs of
    which five are best. Ends with 0 where nothing is wrong, 1 for a regression or a budget that is
    exceeded, 3 where these runs cannot decide, and 2 where something could not be read. Without a
    base only budgets are looked at.
    """
    if not sides.candidate:
        raise NothingToReadError("no candidate is named; name BASE and CANDIDATE, or --candidate")
    if baseline and sides.base:
        raise UsageError("--baseline is in place of a base: give one of the two")
    asked = read_config(config)
    stored = read_baseline(path_of(baseline)) if baseline else None
    runs = read_sides(sides, input_format=input_format, reading=reading, output=writing.output)
    if stored is not None:
        base = narrow_all(stored.profiles(), reading.steps)
        runs = Runs(base, runs.candidate, stored.operations, runs.candidate_operations)
    verdict = judge(
        runs.base,
        runs.candidate,
        CheckOptions(
            least=_first(least, asked.least) or CheckOptions().least,
            drift=_first(drift, asked.drift, None),
            budgets=asked.budgets,
            base_operations=runs.base_operations,
            candidate_operations=runs.candidate_operations,
            value_type=pick_shared_value([*runs.base, *runs.candidate], value_type),
            base_name=baseline or "",
            trimmed=stored.trimmed if stored is not None else 0.0,
        ),
    )
    write_reports(verdict, reports)
    if not goes_to_stdout(reports):
        writing.show(lambda: verdict_document(verdict), "check", verdict)
    click.get_current_context().exit(verdict.outcome.exit_code)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def pick_shared_value(profiles: Sequence[Profile], name: str | None) -> int | None:
    """Return the number of a value type among those that all profiles have; None without a name.

    Raises :class:`~profkit.errors.UsageError` for one that not all of them have.
    """
    if name is None:
        return None
    first = profiles[0].value_types
    shared = [v.type for v in first if all(v in profile.value_types for profile in profiles)]
    if name not in shared:
        raise UsageError(f"{name!r} is no value of all runs; they have {', '.join(shared)}")
    return shared.index(name)
