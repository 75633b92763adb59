"""A verdict for people to read: how the check ended, why, and the changes behind it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from profkit.gate.verdict import Level, Outcome, State
from profkit.profile import short_file
from profkit.render.cells import notes, plain
from profkit.render.costs import cost, growth, interval
from profkit.render.escape import escape
from profkit.render.tables import Column, Document, Paragraph, Table
from profkit.render.values import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from profkit.gate.verdict import BudgetResult, Change, Verdict
    from profkit.render.tables import Cell

__all__ = ["verdict_document"]

_TITLES = {
    Outcome.PASS: "Passed",
    Outcome.REGRESSION: "Failed",
    Outcome.IMPROVEMENT: "Passed, and cheaper than before",
    Outcome.CANNOT_DECIDE: "Cannot decide",
}
_STYLES = {State.WORSE: "hot", State.NEW: "hot", State.BETTER: "app", State.VANISHED: "app"}
_REASONS = 5
_SYMPTOMS = 3


def verdict_document(verdict: Verdict) -> Document:
    """Return the outcome, its reasons, the changes, the budgets, and what is to be known of it."""
    parts: list[Table | Paragraph] = [
        Paragraph([_title(verdict)]),
        Paragraph([((escape(reason), ""),) for reason in verdict.reasons[:_REASONS]]),
    ]
    if verdict.runs[0]:
        causes = [change for change in verdict.changes if change.level is not Level.TOTAL]
        parts.append(_changes([verdict.total, *causes], verdict.unit))
    if verdict.moved:
        parts += [
            Paragraph([(("Moved: dearer here, as much cheaper there", "title"),)]),
            _changes(verdict.moved, verdict.unit),
        ]
    if verdict.budgets:
        parts += [Paragraph([(("Budgets", "title"),)]), _budgets(verdict.budgets)]
    if said := list(_notes(verdict)):
        parts.append(notes(*said))
    return Document(parts)


def _title(verdict: Verdict) -> Cell:
    runs = count(verdict.runs[1], "run")
    if verdict.runs[0]:
        runs = f"{runs}, compared with {count(verdict.runs[0], 'run')}"
        if len(verdict.base) == 1 < verdict.runs[0]:  # a stored baseline
            runs += f" of {escape(verdict.base[0])}"
    return ((_TITLES[verdict.outcome], "title"), (f"  {runs}", "dim"))


def _changes(changes: Sequence[Change], unit: str) -> Table:
    columns = [
        Column("change", "right"),
        Column("by", "right"),
        Column("95 % interval", "right", rank=2),
        Column("from", "right", rank=3),
        Column("to", "right", rank=3),
        Column("cost", rank=1),
        Column("of", least=20),
        Column("place", least=18, cut="middle"),
    ]
    rows = []
    for change in changes:
        rows.append(_change(change, unit))
        rows += [_change(symptom, unit, "└ ") for symptom in change.symptoms[:_SYMPTOMS]]
        if (more := len(change.symptoms) - _SYMPTOMS) > 0:
            blank: Cell = ()
            callers = count(more, "more caller")
            rows.append((*[blank] * 6, (("└ ", "guide"), (callers, "dim")), blank))
    return Table(columns, rows)


def _change(change: Change, unit: str, guide: str = "") -> tuple[Cell, ...]:
    name = "the whole" if change.level is Level.TOTAL else escape(change.name) or "(no name)"
    guides = ((guide, "guide"),) if guide else ()
    return (
        plain(_word(change), "dim" if guide else _STYLES.get(change.state, "")),
        plain(cost(change.delta, unit, signed=True)),
        plain(_interval(change, unit), "dim"),
        plain(cost(change.base, unit), "dim"),
        plain(cost(change.candidate, unit), "dim"),
        plain("" if change.level is Level.TOTAL else escape(change.measure), "dim"),
        (*guides, (name, "")),
        plain(escape(_place(change)), "place"),
    )


def _word(change: Change) -> str:
    if change.state is State.VANISHED:
        return "gone"
    return growth(change.ratio)


def _interval(change: Change, unit: str) -> str:
    if not (math.isfinite(change.low) and math.isfinite(change.high)):
        return ""
    return interval(change.low, change.high, unit, signed=True)


def _place(change: Change) -> str:
    """Return where a function is, and what kind of thing anything else is."""
    if change.level is Level.TOTAL:
        return ""
    if change.level is not Level.FUNCTION:
        return f"({change.level.value})"
    file = short_file(change.file, change.package)
    return f"{file}:{change.line}" if file and change.line else file


def _budgets(budgets: Sequence[BudgetResult]) -> Table:
    columns = [
        Column("state"),
        Column("measured", "right"),
        Column("95 % interval", "right", rank=1),
        Column("limit", "right"),
        Column("budget", least=20),
    ]
    return Table(columns, [_budget(budget) for budget in budgets])


def _budget(budget: BudgetResult) -> tuple[Cell, ...]:
    if budget.is_over:
        state, style = ("over", "hot")
    elif budget.is_open:
        state, style = ("open", "warm")
    else:
        state, style = ("kept", "")
    return (
        plain(f"{state} ({budget.severity.value})" if budget.is_over else state, style),
        plain(cost(budget.measured, budget.unit)),
        plain(interval(budget.low, budget.high, budget.unit), "dim"),
        plain(cost(budget.limit, budget.unit)),
        plain(escape(budget.text)),
    )


def _notes(verdict: Verdict) -> Iterator[str]:
    if (more := len(verdict.reasons) - _REASONS) > 0:
        yield f"{count(more, 'more reason')} not shown"
    if math.isfinite(verdict.smallest):
        one = _found(verdict.smallest)
        kind = "new function" if verdict.runs == (1, 1) else "function"
        yield f"what 9 of 10 such comparisons find: {one} of the whole in one {kind}"
        if math.isfinite(verdict.smallest_total):
            yield f"or {_found(verdict.smallest_total)} in everything together"
    if verdict.more_runs:
        yield f"{count(verdict.more_runs, 'run')} a side would decide"
    yield from map(escape, verdict.notes)


def _found(share: float) -> str:
    """Return what would have been found; how much more than all there is, nobody needs to know."""
    return cost(share, "share") if share < 1 else "more than 100 %"
