"""Findings as SARIF 2.1.0, for GitHub's code scanning and whatever else reads it.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/ and what GitHub takes of it,
https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from profkit._version import __version__
from profkit.gate.verdict import Level, Outcome, Severity
from profkit.render.reports.findings import RULES, findings, shortened

if TYPE_CHECKING:
    from profkit.gate.checkout import Checkout, Place
    from profkit.gate.verdict import Verdict
    from profkit.render.reports.findings import Finding, Rule

__all__ = ["LIMIT", "render"]

LIMIT = 1_000
"""GitHub refuses a run of more than 25,000 results and shows the first 5,000 of them."""

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_LONGEST_MESSAGE = 2_000
_KINDS = {Level.FUNCTION: "function", Level.PACKAGE: "module", Level.FILE: "module"}


def render(verdict: Verdict, checkout: Checkout) -> str:
    """Return a log of one run with all rules, and of the worst thousand findings.

    Paths are relative to the repository's root, which ``%SRCROOT%`` stands for. Code scanning
    shows nothing without a place: what has none of its own is at the manifest's first line.
    """
    found = findings(verdict, checkout)
    run = {
        "tool": {"driver": _driver()},
        "automationDetails": {"id": "profkit/check/"},
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The root of the repository."}},
        },
        "invocations": [
            {
                "executionSuccessful": verdict.outcome is not Outcome.CANNOT_DECIDE,
                "exitCode": verdict.outcome.exit_code,
                "toolExecutionNotifications": [
                    {"level": "note", "message": _message(note)} for note in verdict.notes
                ],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, checkout) for finding in found[:LIMIT]],
        "properties": {"outcome": verdict.outcome.value, "findings": len(found)},
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _driver() -> dict[str, Any]:
    return {
        "name": "profkit",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULES],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    level = "warning" if rule.id in ("open-budget", "cannot-decide") else "error"
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.help},
        "help": {"text": rule.help, "markdown": rule.help},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["performance"], "problem.severity": level, "precision": "high"},
    }


def _result(finding: Finding, checkout: Checkout) -> dict[str, Any]:
    place = finding.place or checkout.manifest
    location: dict[str, Any] = {}
    if place:
        location["physicalLocation"] = _physical(place)
    if finding.level in _KINDS and finding.name:
        name = shortened(finding.name)
        location["logicalLocations"] = [{"name": name, "kind": _KINDS[finding.level]}]
    result = {
        "ruleId": finding.rule,
        "ruleIndex": [rule.id for rule in RULES].index(finding.rule),
        "level": "error" if finding.severity is Severity.ERROR else "warning",
        "message": _message(f"{finding.title}. {finding.message}"),
        "locations": [location] if location else [],
        "partialFingerprints": {
            "profkitFinding/v1": finding.fingerprint,
            # The only one that GitHub looks at; upload-sarif adds one of the line without it.
            "primaryLocationLineHash": f"{finding.fingerprint[:16]}:1",
        },
    }
    return {key: value for key, value in result.items() if value != []}


def _physical(place: Place) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": quote(place.file, errors="replace"), "uriBaseId": _ROOT},
        "region": {"startLine": place.line or 1},
    }


def _message(text: str) -> dict[str, str]:
    """Return a message in which nothing is a placeholder or a link (sections 3.11.5, 3.11.6)."""
    plain = shortened(text, _LONGEST_MESSAGE).replace("](", "] (")
    return {"text": plain.replace("{", "{{").replace("}", "}}")}
