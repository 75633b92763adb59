"""The option ``--output FORMAT=FILE`` of commands that give a verdict, and the files behind it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import click

from profkit.cli.output import STDOUT, write
from profkit.errors import UsageError
from profkit.render.reports import REPORTS, Report, find_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.gate.verdict import Verdict

__all__ = ["ReportFile", "goes_to_stdout", "report_outputs", "write_reports"]


class ReportFile(NamedTuple):
    """A report that is asked for, and where it goes; ``-`` is standard output."""

    report: Report
    file: str


class _ReportFileType(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    name = "report"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> ReportFile:
        name, equals, file = value.partition("=")
        if not (equals and file):
            names = ", ".join(report.name for report in REPORTS)
            self.fail(f"{value!r} is not FORMAT=FILE, with a FORMAT out of {names}", param, ctx)
        try:
            return ReportFile(find_report(name), file)
        except UsageError as error:
            self.fail(str(error), param, ctx)


def _all_apart(
    _context: click.Context, _parameter: click.Parameter, asked: tuple[ReportFile, ...]
) -> tuple[ReportFile, ...]:
    taken: dict[str, Report] = {}
    for report, file in asked:
        key = file if file == STDOUT else os.path.realpath(file)
        if key in taken:
            where = "standard output" if file == STDOUT else file
            raise UsageError(f"{taken[key].name} and {report.name} cannot both go to {where}")
        taken[key] = report
    return asked


report_outputs = click.option(
    "--output",
    "reports",
    metavar="FORMAT=FILE",
    type=_ReportFileType(),
    multiple=True,
    callback=_all_apart,
    help="Also write the verdict as a file that other tools read (- is standard output). FORMAT is "
    f"{', '.join(report.name for report in REPORTS[:-1])} or {REPORTS[-1].name}.",
)
"""``reports``: what is to be written besides what the terminal shows; may be given repeatedly."""


def goes_to_stdout(reports: Sequence[ReportFile]) -> bool:
    """Tell whether a report takes standard output, which then belongs to it alone."""
    return any(asked.file == STDOUT for asked in reports)


def write_reports(verdict: Verdict, reports: Sequence[ReportFile]) -> None:
    """Write all reports that are asked for; none, where one of them cannot be made.

    Raises :class:`~profkit.errors.OutputError` where a file cannot be written.
    """
    if not reports:
        return
    from profkit.gate.checkout import find_checkout  # noqa: PLC0415 (looks at the disk)

    checkout = find_checkout(verdict)
    made = [(asked.report.renderer.render(verdict, checkout), asked.file) for asked in reports]
    for text, file in made:
        write(text, file)
