"""A verdict's reasons, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.gate.verdict import Level, Outcome, Severity, State
from profkit.profile import short_file

if TYPE_CHECKING:
    from profkit.gate.comparing import Sides
    from profkit.gate.verdict import BudgetResult, Change, Verdict

__all__ = ["cost_text", "limit_text", "reasons_of", "where"]

_MEASURED = {
    "self": "in its own code",
    "charged": "with what the runtime did for it",
    "total": "with all it calls",
}


def reasons_of(
    verdict: Verdict,
    sides: Sides,
    *,
    opened: Change | None = None,
    has_too_few: bool = False,
    is_weak: bool = False,
) -> tuple[str, ...]:
    """Return why a verdict is what it is, the most important first."""
    whole = sides.base_whole
    reasons = [_of_change(change, verdict.unit, whole) for change in verdict.changes]
    over = [b for b in verdict.budgets if b.is_over]
    reasons += [_of_budget(b) for b in sorted(over, key=lambda b: b.severity is Severity.WARNING)]
    if opened is not None:
        more = (
            f"{verdict.more_runs} runs a side would tell"
            if verdict.more_runs
            else "more runs than a hundred would be needed to tell"
        )
        reasons.append(f"{_of_change(opened, verdict.unit, whole)}, which is not sure: {more}")
    if has_too_few and verdict.outcome is Outcome.CANNOT_DECIDE:
        reasons.append("a side has too few samples to tell a change from chance: record longer")
    reasons += [
        f"the budget {b.text} may be exceeded: {_measured(b)}"
        for b in verdict.budgets
        if b.is_open and b.measured > b.limit
    ]
    if not reasons:
        unchanged = "no cost changed beyond chance"
        if is_weak:
            unchanged += ", but these runs differ so much that only a landslide would be found"
        reasons.append(unchanged if verdict.base else "every budget is kept")
    return tuple(reasons)


def cost_text(cost: float, unit: str, whole: float = 1.0) -> str:
    """Return a cost as people read it; a share of ``whole`` where the unit is shares."""
    if unit == "share":
        return f"{100 * cost / whole:.1f} %"
    if unit == "samples/op":
        return f"{cost:.3g} samples per operation"
    for name, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if abs(cost) >= size:
            return f"{cost / size:,.3g} {name} per operation"
    return f"{cost:,.0f} ns per operation"


def where(change: Change | BudgetResult, package: str = "") -> str:
    """Return where a function is, as in ``morgan/index.js:116``; empty where that is unknown."""
    file = short_file(change.file, package)
    return f"{file}:{change.line}" if file and change.line else file


def _of_change(change: Change, unit: str, whole: float) -> str:
    if change.level is Level.TOTAL:
        ends = sorted(abs(end) / change.base for end in (change.low, change.high))
        word = "more" if change.delta > 0 else "less"
        return (
            f"everything together costs {abs(change.ratio - 1):.1%} {word}"
            f" (95 % interval {ends[0]:.1%} to {ends[1]:.1%})"
        )
    kind = "" if change.level is Level.FUNCTION else f"{change.level.value} "
    place = where(change, change.package) if change.level is Level.FUNCTION else ""
    name = f"{kind}{change.name} ({place})" if place else f"{kind}{change.name}"
    size = cost_text(abs(change.delta), unit, whole)
    low, high = sorted((change.low, change.high), key=abs)
    interval = f"95 % interval {cost_text(low, unit, whole)} to {cost_text(high, unit, whole)}"
    share = "" if unit == "share" else f", {abs(change.delta) / whole:.1%} of the whole"
    if change.state is State.NEW:
        told = f"is new and costs {size}"
    elif change.state is State.VANISHED:
        told = f"is gone and saves {size}"
    else:
        word = "more" if change.delta > 0 else "less"
        before = cost_text(change.base, unit, whole)
        told = f"costs {size} {word} than the {before} it did"
    return f"{name} {told} {_MEASURED[change.measure]} ({interval}{share})"


def _of_budget(budget: BudgetResult) -> str:
    return f"the budget {budget.text} is exceeded: {_measured(budget)}"


def _measured(budget: BudgetResult) -> str:
    ends = f"{limit_text(budget, budget.low)} to {limit_text(budget, budget.high)}"
    return f"{limit_text(budget, budget.measured)} (95 % interval {ends})"


def limit_text(budget: BudgetResult, value: float) -> str:
    """Return a figure of a budget in its unit: ``0.5 %``, ``+5.0 %``, ``120 µs per operation``."""
    if budget.unit == "ns/op":
        return cost_text(value, budget.unit)
    return f"{100 * value:+.1f} %" if budget.unit == "change" else f"{100 * value:.2g} %"
