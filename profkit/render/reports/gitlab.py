"""Findings for GitLab's merge requests: the JSON of its code quality reports.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from profkit.gate.verdict import Severity
from profkit.render.reports.findings import findings

if TYPE_CHECKING:
    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Verdict
    from profkit.render.reports.findings import Finding

__all__ = ["render"]

_NOWHERE = "profkit"
"""GitLab wants a path, where there is no file and no manifest either."""


def render(verdict: Verdict, checkout: Checkout) -> str:
    """Return all findings; one without a place of its own is at the manifest's first line."""
    issues = [_issue(finding, checkout) for finding in findings(verdict, checkout)]
    return json.dumps(issues, indent=2) + "\n"


def _issue(finding: Finding, checkout: Checkout) -> dict[str, object]:
    place = finding.place or checkout.manifest
    return {
        "description": f"{finding.title}. {finding.message}",
        "check_name": f"profkit/{finding.rule}",
        "fingerprint": finding.fingerprint,
        "severity": _severity(finding),
        "location": {
            "path": place.file if place else _NOWHERE,
            "lines": {"begin": (place.line if place else 0) or 1},
        },
    }


def _severity(finding: Finding) -> str:
    if finding.severity is Severity.ERROR:
        return "major" if finding.rule in ("cost-grew", "new-cost") else "critical"
    return "info" if finding.rule in ("cannot-decide", "open-budget") else "minor"
