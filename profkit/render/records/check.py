"""A verdict as a record."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from profkit.render.records.rows import rows_with_unit
from profkit.render.records.shared import Record, ValueTypeRecord

if TYPE_CHECKING:
    from profkit.gate.verdict import BudgetResult, Change, Verdict
    from profkit.render.records.rows import Rows

__all__ = ["BudgetRecord", "ChangeRecord", "CheckRecord", "SideRecord"]


class SideRecord(Record, frozen=True, kw_only=True):
    """One of the sides that were compared."""

    runs: int
    """How many recorded runs it has; 0 for the base where only budgets were looked at."""
    sources: list[str]
    """The files of its runs, or the name of the stored baseline."""


class SymptomRecord(Record, frozen=True, kw_only=True):
    """A cost before and after, in the verdict's unit."""

    level: str
    """What it is the cost of: total, function, file, package, kind or category."""
    name: str
    """Its name."""
    measure: str
    """Which cost: self, charged (with what the runtime did for it) or total (with all it calls)."""
    state: str
    """What became of it: worse, better, new, vanished, moved or same."""
    base: float | None
    """The mean over the runs of the base."""
    candidate: float | None
    """The mean over the runs of the candidate."""
    delta: float | None
    """How much more that is; negative for less."""
    low: float | None
    """The low end of the 95 % interval of delta; null where there is none."""
    high: float | None
    """The high end of the 95 % interval of delta; null where there is none."""
    p: float | None
    """The p-value of the test of its family; null where there was none."""
    q: float | None
    """The smallest false discovery rate at which it counts; null where there is none."""
    file: str | None
    """Its file as the recording names it, of the candidate where it has it; null where unknown."""
    line: int | None
    """The line in which it begins, from 1 on; null where that is unknown."""
    package: str | None
    """Its package; null where that is unknown."""


class ChangeRecord(SymptomRecord, frozen=True, kw_only=True):
    """A cost before and after, in the verdict's unit, and what followed from it."""

    symptoms: list[SymptomRecord]
    """The callers that changed only because of it."""


class BudgetRecord(Record, frozen=True, kw_only=True):
    """How much of a budget is used."""

    text: str
    """The budget as the user wrote it."""
    level: str
    """What it is for: total, function, file, package, kind or category."""
    name: str
    """The name of what it is for."""
    severity: str
    """Whether it fails the check when it is over: error or warning."""
    unit: str
    """What its figures are: share (from 0 to 1), ns/op, or change (0.05 is 5 % more)."""
    measured: float | None
    """What was measured."""
    low: float | None
    """The low end of its 95 % interval; null where there is none."""
    high: float | None
    """The high end of its 95 % interval; null where there is none."""
    limit: float
    """The limit."""
    is_over: bool
    """Whether it is over beyond doubt."""
    is_open: bool
    """Whether the interval holds the limit."""
    file: str | None
    """The file of what it is for; null where that is unknown."""
    line: int | None
    """The line in which that begins, from 1 on; null where that is unknown."""


class CheckRecord(Record, tag="check", tag_field="view", frozen=True, kw_only=True):
    """The verdict of a check, with the changes behind it."""

    version: Literal[1] = 1
    """The version of the form; another number says that a member is gone or means another thing."""
    outcome: str
    """How it ended: pass, regression, improvement or cannot decide."""
    exit_code: int
    """What profkit check ends with for it: 0 fine, 1 failed, 3 cannot decide."""
    reasons: list[str]
    """Why, in sentences, the most important first."""
    unit: str
    """What costs are: ns/op, samples/op, or share (1 is the whole of an average base run)."""
    base: SideRecord
    """What was compared with."""
    candidate: SideRecord
    """What was checked."""
    total: ChangeRecord
    """How the whole changed."""
    changes: list[ChangeRecord]
    """The causes that were found, worst first."""
    moved: list[ChangeRecord]
    """What costs more only because something else costs that much less."""
    budgets: list[BudgetRecord]
    """How much of each budget is used."""
    smallest: float | None
    """The smallest change of one function, as a share of the whole, that 9 of 10 such comparisons
    would have found; null where there is none."""
    smallest_total: float | None
    """The smallest relative change of the whole that would have been found; null where none."""
    more_runs: int | None
    """How many runs a side would decide; null where none would, or nothing is open."""
    notes: list[str]
    """What a reader of the comparison should know."""

    @classmethod
    def of(cls, verdict: Verdict) -> CheckRecord:
        """Return the record of a verdict."""
        return cls(
            outcome=verdict.outcome.value,
            exit_code=verdict.outcome.exit_code,
            reasons=list(verdict.reasons),
            unit=verdict.unit,
            base=SideRecord(runs=verdict.runs[0], sources=list(verdict.base)),
            candidate=SideRecord(runs=verdict.runs[1], sources=list(verdict.candidate)),
            total=_change(verdict.total),
            changes=[_change(change) for change in verdict.changes],
            moved=[_change(change) for change in verdict.moved],
            budgets=[_budget(budget) for budget in verdict.budgets],
            smallest=_finite(verdict.smallest),
            smallest_total=_finite(verdict.smallest_total),
            more_runs=verdict.more_runs,
            notes=list(verdict.notes),
        )

    def table(self) -> Rows:
        """Return the whole, and the causes below it, without what followed from them."""
        rows = [_without_symptoms(change) for change in (self.total, *self.changes)]
        return rows_with_unit(rows, SymptomRecord, ValueTypeRecord(type="", unit=self.unit))


def _change(change: Change) -> ChangeRecord:
    return ChangeRecord(
        **_members(change),
        symptoms=[SymptomRecord(**_members(symptom)) for symptom in change.symptoms],
    )


def _members(change: Change) -> dict[str, Any]:
    return {
        "level": change.level.value,
        "name": change.name,
        "measure": change.measure,
        "state": change.state.value,
        "file": change.file or None,
        "line": change.line or None,
        "package": change.package or None,
        **{
            name: _finite(getattr(change, name))
            for name in ("base", "candidate", "delta", "low", "high", "p", "q")
        },
    }


def _without_symptoms(change: ChangeRecord) -> SymptomRecord:
    members = {name: getattr(change, name) for name in SymptomRecord.__struct_fields__}
    return SymptomRecord(**members)


def _budget(budget: BudgetResult) -> BudgetRecord:
    return BudgetRecord(
        text=budget.text,
        level=budget.level.value,
        name=budget.name,
        severity=budget.severity.value,
        unit=budget.unit,
        measured=_finite(budget.measured),
        low=_finite(budget.low),
        high=_finite(budget.high),
        limit=float(budget.limit),
        is_over=budget.is_over,
        is_open=budget.is_open,
        file=budget.file or None,
        line=budget.line or None,
    )


def _finite(value: float) -> float | None:
    """Return a number that JSON has; it knows no infinity, and none that is no number."""
    return float(value) if math.isfinite(value) else None
