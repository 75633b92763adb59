"""What a check tells machines and reviewers: its verdict as files that other tools read.

A report is one module here and one line in :data:`REPORTS`. It offers one pure function,
``render(verdict: Verdict, checkout: Checkout) -> str``; the checkout tells which of the verdict's
paths are files of the repository.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from profkit.errors import UsageError

if TYPE_CHECKING:
    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Verdict

__all__ = ["REPORTS", "Report", "find_report"]


class _Renderer(Protocol):
    def render(self, verdict: Verdict, checkout: Checkout) -> str: ...


class Report(NamedTuple):
    """A report: its name for ``--output``, its module here, what its files end in, what it is."""

    name: str
    module: str
    suffix: str
    help: str

    @property
    def renderer(self) -> _Renderer:
        """The module that writes it, imported when first needed."""
        return cast("_Renderer", importlib.import_module(f"{__name__}.{self.module}"))


REPORTS = (
    Report("text", "text", ".txt", "what the terminal shows, as plain text"),
    Report("markdown", "markdown", ".md", "for a pull request or $GITHUB_STEP_SUMMARY"),
    Report("json", "record", ".json", "everything, for programs"),
    Report("github", "github", ".txt", "annotations of GitHub Actions, for the job's log"),
    Report("gitlab", "gitlab", ".json", "GitLab's code quality report"),
    Report("sarif", "sarif", ".sarif", "SARIF 2.1.0, for code scanning"),
    Report("junit", "junit", ".xml", "JUnit XML, for lists of tests"),
    Report("openmetrics", "openmetrics", ".prom", "OpenMetrics, for Prometheus"),
)
"""A new report has its line here."""


def find_report(name: str) -> Report:
    """Return a report by its name. Raises :class:`UsageError` for one that does not exist."""
    for report in REPORTS:
        if report.name == name:
            return report
    known = ", ".join(report.name for report in REPORTS)
    raise UsageError(f"{name!r} is no report; those are {known}")
