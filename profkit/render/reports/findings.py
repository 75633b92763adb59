"""What a verdict has to point at, one finding each: what every report of findings is made of."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from profkit.gate.verdict import Level, Outcome, Severity, State
from profkit.render.costs import cost, growth, interval
from profkit.render.escape import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.gate.checkout import Checkout, Place
    from profkit.gate.verdict import BudgetResult, Change, Verdict

__all__ = [
    "RULES",
    "Finding",
    "Rule",
    "budget_finding",
    "findings",
    "is_found",
    "shortened",
    "total_message",
]

_MEASURED = {
    "self": "own cost",
    "charged": "cost with what the runtime did for it",
    "total": "cost with all it calls",
}
_LONGEST_NAME = 160
_LONGEST_REASON = 400
_NAMED_REASONS = 8
_NAMED_SYMPTOMS = 3


class Rule(NamedTuple):
    """A kind of finding: its lasting name, what it is in a few words, and what to do about it."""

    id: str
    title: str
    help: str


RULES = (
    Rule(
        "total-cost",
        "The whole costs more than before",
        "The runs of the candidate cost more CPU time than those of the baseline, beyond what "
        "chance makes of such runs. The causes found are findings of their own. Where the new "
        "cost is wanted, record a new baseline.",
    ),
    Rule(
        "cost-grew",
        "This code costs more than before",
        "The code itself (self) or with all that it calls (total) costs more CPU time than in the "
        "baseline. Callers that grew only because of it are named with it. Look at the change of "
        "its source, then at who calls it: profkit butterfly shows both.",
    ),
    Rule(
        "new-cost",
        "This code was not in the baseline",
        "Code that the baseline does not have takes CPU time. It may be new, or be reached only "
        "now; where it was renamed or moved, and its old form vanished, it is no new cost.",
    ),
    Rule(
        "over-budget",
        "A budget is used up",
        "A function, file or package takes more than its budget allows, beyond doubt: even the "
        "low end of the 95 % interval is above the limit. Make it cheaper, or raise the budget on "
        "purpose.",
    ),
    Rule(
        "open-budget",
        "It is not clear whether a budget is kept",
        "The 95 % interval of what is measured holds the limit of the budget. More runs, or longer "
        "ones, make it narrower.",
    ),
    Rule(
        "cannot-decide",
        "The runs do not suffice for an answer",
        "The runs differ too much, or are too few, to tell a change of cost from chance. Record "
        "more runs a side, or longer ones, on a quieter machine.",
    ),
)
"""Their names are part of fingerprints: to rename one makes all its findings new."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to point at.

    ``title`` and ``message`` are safe to print, each on one line; the message is a sentence.
    ``name``, ``file`` and ``package`` are as the profile has them. ``place`` is where it is in the
    repository, None where nothing there is about it; ``line`` is that of ``file``, 0 unknown.
    """

    rule: str
    severity: Severity
    title: str
    message: str
    level: Level
    name: str
    measure: str
    file: str
    line: int
    package: str
    place: Place | None
    fingerprint: str = ""
    """Stays the same while rule, file, name and measure do, whatever the line."""


def findings(verdict: Verdict, checkout: Checkout) -> tuple[Finding, ...]:
    """Return what fails the check, then what only warns; each the most important first.

    A check that fails has at least one error. What became cheaper, or only moved, is none.
    """
    found = [*_of_total(verdict), *_of_budgets(verdict, checkout), *_of_causes(verdict, checkout)]
    if verdict.outcome is Outcome.REGRESSION and not _errors(found):
        found.insert(0, _total_finding(verdict, "total-cost", Severity.ERROR))
    found.sort(key=lambda finding: finding.severity is not Severity.ERROR)
    return _with_fingerprints(found)


def _errors(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.severity is Severity.ERROR]


def _of_total(verdict: Verdict) -> Iterator[Finding]:
    if verdict.outcome is Outcome.CANNOT_DECIDE:
        yield _total_finding(verdict, "cannot-decide", Severity.WARNING)
    elif verdict.total.state is State.WORSE:
        yield _total_finding(verdict, "total-cost", _severity(verdict))


def _severity(verdict: Verdict) -> Severity:
    """Return how bad it is that something costs more: what a check that passes found, it bears."""
    return Severity.ERROR if verdict.outcome is Outcome.REGRESSION else Severity.WARNING


def _total_finding(verdict: Verdict, rule: str, severity: Severity) -> Finding:
    total = verdict.total
    if rule == "cannot-decide":
        title = "profkit cannot decide"
    else:
        title = f"Total cost {growth(total.ratio)}"
    message = total_message(verdict)
    return Finding(rule, severity, title, message, Level.TOTAL, "", "total", "", 0, "", None)


def total_message(verdict: Verdict) -> str:
    """Return how the whole changed where it did, else the verdict's reasons, as one paragraph."""
    if verdict.total.state is State.WORSE and verdict.outcome is not Outcome.CANNOT_DECIDE:
        return _change_message(verdict.total, verdict.unit)
    first = verdict.reasons[:_NAMED_REASONS]
    return " ".join(_sentence(shortened(reason, _LONGEST_REASON)) for reason in first)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _of_budgets(verdict: Verdict, checkout: Checkout) -> Iterator[Finding]:
    for budget in verdict.budgets:
        if is_found(budget):
            yield budget_finding(budget, checkout)


def is_found(budget: BudgetResult) -> bool:
    """Tell whether a budget is to be pointed at: over beyond doubt, or rather over than not."""
    return budget.is_over or (budget.is_open and budget.measured > budget.limit)


def budget_finding(budget: BudgetResult, checkout: Checkout) -> Finding:
    """Return what is to be said of a budget that is over or open; without its fingerprint."""
    file = budget.file or (budget.name if budget.level is Level.FILE else "")
    package = budget.name if budget.level is Level.PACKAGE else ""
    name = shortened(budget.name or "the whole")
    return Finding(
        rule="over-budget" if budget.is_over else "open-budget",
        severity=budget.severity if budget.is_over else Severity.WARNING,
        title=f"{'Over' if budget.is_over else 'Perhaps over'} budget: {shortened(budget.text)}",
        message=f"{name} {'changed by' if budget.unit == 'change' else 'takes'} "
        f"{cost(budget.measured, budget.unit)} "
        f"(95 % interval {interval(budget.low, budget.high, budget.unit)}); "
        f"its budget is {cost(budget.limit, budget.unit)}.",
        level=budget.level,
        name=budget.name,
        measure="budget",
        file=file,
        line=budget.line,
        package=package,
        place=checkout.place(file, budget.line, package),
    )


def _of_causes(verdict: Verdict, checkout: Checkout) -> Iterator[Finding]:
    severity = _severity(verdict)
    for change in verdict.changes:
        if change.level is Level.TOTAL or change.state not in (State.WORSE, State.NEW):
            continue
        file = change.file or (change.name if change.level is Level.FILE else "")
        package = change.name if change.level is Level.PACKAGE else change.package
        is_new = change.state is State.NEW
        grown = cost(change.candidate, verdict.unit) if is_new else growth(change.ratio)
        yield Finding(
            rule="new-cost" if is_new else "cost-grew",
            severity=severity,
            title=f"{shortened(change.name)}: {'new, ' if is_new else ''}{grown}",
            message=_change_message(change, verdict.unit),
            level=change.level,
            name=change.name,
            measure=change.measure,
            file=file,
            line=change.line,
            package=package,
            place=checkout.place(file, change.line, package),
        )


def _change_message(change: Change, unit: str) -> str:
    if change.level is Level.TOTAL:
        name, what = "The whole", "cost"
    else:
        where = f" ({shortened(_where(change))})" if _where(change) else ""
        what = _MEASURED.get(change.measure, f"{change.measure} cost")
        name = f"{shortened(change.name)}{where}"
    if change.state is State.NEW:
        text = f"{name} is new: its {what} is {cost(change.candidate, unit)}"
    else:
        text = (
            f"{name}: its {what} went from {cost(change.base, unit)} to "
            f"{cost(change.candidate, unit)}, by {cost(change.delta, unit, signed=True)}"
        )
        if change.base and math.isfinite(change.ratio):
            text += f" or {growth(change.ratio)}"
    text += f" (95 % interval {interval(change.low, change.high, unit, signed=True)})."
    if change.symptoms:
        named = [shortened(symptom.name) for symptom in change.symptoms[:_NAMED_SYMPTOMS]]
        if more := len(change.symptoms) - len(named):
            named.append(f"{more} more")
        text += f" What calls it grew with it: {', '.join(named)}."
    return text


def _where(change: Change) -> str:
    if change.level is Level.FILE or not change.file:
        return ""
    return f"{change.file}:{change.line}" if change.line else change.file


def shortened(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return a text as it is safe to print on one line, with its middle cut where it is long."""
    if len(text) <= longest and text.isascii() and text.isprintable():
        return text
    # No more is escaped than can be shown: a name may have a megabyte.
    shown = escape(text[:longest] + text[-longest:] if len(text) > 2 * longest else text)
    if len(shown) <= longest:
        return shown
    head = longest * 3 // 5
    return f"{shown[:head]}…{shown[head - longest + 1 :]}"


def _with_fingerprints(found: list[Finding]) -> tuple[Finding, ...]:
    """Tell findings apart that are alike in all but the line by their order in the file."""

    def key(finding: Finding) -> tuple[str, ...]:
        file = finding.place.file if finding.place else finding.file or finding.package
        return finding.rule, finding.level.value, file, finding.name, finding.measure

    seen: Counter[tuple[str, ...]] = Counter()
    numbers: dict[int, int] = {}
    for place in sorted(range(len(found)), key=lambda place: (found[place].line, place)):
        seen[key(found[place])] += 1
        numbers[place] = seen[key(found[place])]
    return tuple(
        replace(
            finding,
            fingerprint=hashlib.sha256(
                "\0".join((*key(finding), str(numbers[place]))).encode("utf-8", "surrogatepass")
            ).hexdigest()[:32],
        )
        for place, finding in enumerate(found)
    )
