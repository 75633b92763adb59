"""A verdict as JUnit XML: what CI servers show as a list of tests.

There is no standard; elements and attributes are those that Jenkins, GitLab and pytest agree on
(https://github.com/testmoapp/junitxml describes them).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from profkit.gate.verdict import Outcome, Severity
from profkit.render.escape import escape
from profkit.render.reports.findings import (
    budget_finding,
    findings,
    is_found,
    shortened,
    total_message,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Verdict
    from profkit.render.reports.findings import Finding

__all__ = ["render"]

_NEVER = re.compile("[\ufffe\uffff]")
"""What XML 1.0 has no place for, of that which is safe to print."""

_LONGEST_MESSAGE = 4_000
_CLASS = "profkit"


def render(verdict: Verdict, checkout: Checkout) -> str:
    """Return one test case for the whole, one a budget and one a cause that was found.

    A finding that fails the check is a failure; one that only warns passes, with its words as
    output. A case in error was not decided. All times are 0: costs are no durations of tests.
    """
    found = findings(verdict, checkout)
    cases = [*_cases(verdict, found, checkout)]
    _tell_apart(cases)
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": "0",
        "time": "0",
    }
    root = ET.Element("testsuites", {"name": _CLASS, **counts})
    suite = ET.SubElement(root, "testsuite", {"name": "profkit check", **counts})
    suite.extend(cases)
    if verdict.notes:
        notes = ET.SubElement(suite, "system-out")
        notes.text = "\n".join(_text(note) for note in verdict.notes)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _cases(
    verdict: Verdict, found: tuple[Finding, ...], checkout: Checkout
) -> Iterator[ET.Element]:
    of_total = [finding for finding in found if finding.rule in ("total-cost", "cannot-decide")]
    case = _case("total", "the whole")
    if verdict.outcome is Outcome.CANNOT_DECIDE:
        _add(case, "error", "profkit cannot decide", total_message(verdict), "cannot-decide")
    elif of_total:
        _conclude(case, of_total[0], of_total[0].severity)
    yield case
    for budget in verdict.budgets:
        case = _case("budget", budget.text)
        if is_found(budget):
            _conclude(case, budget_finding(budget, checkout), budget.severity)
        yield case
    for finding in found:
        if finding.rule in ("cost-grew", "new-cost"):
            case = _case(finding.level.value, finding.name)
            if finding.place:
                case.set("file", _text(finding.place.file))
                if finding.place.line:
                    case.set("line", str(finding.place.line))
            _conclude(case, finding, finding.severity)
            yield case


def _case(kind: str, name: str) -> ET.Element:
    attributes = {"classname": f"{_CLASS}.{kind}", "name": _text(name) or "(no name)", "time": "0"}
    return ET.Element("testcase", attributes)


def _conclude(case: ET.Element, finding: Finding, severity: Severity) -> None:
    if severity is Severity.ERROR:
        what = "error" if finding.rule == "open-budget" else "failure"
        _add(case, what, finding.title, finding.message, finding.rule)
    else:
        warned = ET.SubElement(case, "system-out")
        warned.text = _text(f"warning: {finding.title}. {finding.message}", _LONGEST_MESSAGE)


def _add(case: ET.Element, what: str, title: str, message: str, kind: str) -> None:
    said = ET.SubElement(case, what, {"message": _text(title), "type": kind})
    said.text = _text(message, _LONGEST_MESSAGE)


def _text(text: str, longest: int = 300) -> str:
    """Return a text without what XML cannot hold, or what a terminal would obey."""
    return _NEVER.sub(lambda match: ascii(match[0])[1:-1], escape(shortened(text, longest)))


def _tell_apart(cases: list[ET.Element]) -> None:
    """Give names that are not unique within their class a number, in place."""
    taken = {(case.get("classname"), case.get("name")) for case in cases}
    seen: Counter[tuple[str | None, str | None]] = Counter()
    for case in cases:
        key = case.get("classname"), case.get("name")
        seen[key] += 1
        number = seen[key]
        if number > 1:
            while (key[0], f"{key[1]} ({number})") in taken:
                number += 1
            case.set("name", f"{key[1]} ({number})")
            taken.add((key[0], case.get("name")))
