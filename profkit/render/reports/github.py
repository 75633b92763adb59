"""Annotations for GitHub Actions: workflow commands, one a line, for a job's log.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions; how they
are taken apart is in ``ActionCommand.cs`` of the runner (github.com/actions/runner).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.escape import escape
from profkit.render.reports.findings import findings, shortened

if TYPE_CHECKING:
    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Verdict
    from profkit.render.reports.findings import Finding

__all__ = ["LIMIT", "render"]

LIMIT = 10
"""GitHub shows as many errors a step, and as many warnings; the rest would vanish unseen."""

_LONGEST_TITLE = 120
_LONGEST_MESSAGE = 2_000


def render(verdict: Verdict, checkout: Checkout) -> str:
    """Return one line a finding, the worst ten; a notice says how many more there are.

    A finding without a place in the repository has no file, and stands with the job. Nothing is
    written where nothing was found.
    """
    found = findings(verdict, checkout)
    lines = [_annotation(finding) for finding in found[:LIMIT]]
    more = len(found) - LIMIT
    if more > 0:
        noun = "finding is" if more == 1 else "findings are"
        lines.append(_command("notice", {"title": "profkit"}, f"{more} more {noun} not shown"))
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    properties: dict[str, str] = {}
    if finding.place:
        properties["file"] = escape(finding.place.file)
        if finding.place.line:
            properties["line"] = str(finding.place.line)
    properties["title"] = shortened(finding.title, _LONGEST_TITLE)
    message = shortened(finding.message, _LONGEST_MESSAGE)
    return _command(finding.severity.value, properties, message)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
