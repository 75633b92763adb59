"""A verdict as metrics, for a history of checks in Prometheus or what else scrapes a file.

Source: https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md, text
format 1.0. Values are in base units (seconds, ratios); each family has at most as many series as
there are rows here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from profkit.gate.verdict import Level, Outcome
from profkit.render.reports.findings import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from profkit.gate.checkout import Checkout
    from profkit.gate.verdict import Change, Verdict

__all__ = ["BUDGETS", "FUNCTIONS", "render"]

FUNCTIONS = 50
"""So many functions are written, those whose cost changed the most; each has two series."""

BUDGETS = 50
"""So many budgets are written, in the order in which they stand in the verdict."""

_NANOSECONDS = 1e-9
_LABELS = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

_Series = tuple[dict[str, str], float]


def render(verdict: Verdict, checkout: Checkout) -> str:
    """Return the metrics, ended by ``# EOF``; files are those of the repository where known."""
    lines = [line for family in _families(verdict, checkout) for line in family]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _families(verdict: Verdict, checkout: Checkout) -> Iterator[list[str]]:
    total = verdict.total
    outcome = "profkit_check_outcome"
    yield _family(
        outcome,
        "stateset",
        "",
        "How the check ended.",
        [({outcome: one.value}, float(one is verdict.outcome)) for one in Outcome],
    )
    yield _gauge(
        "profkit_check_runs",
        "",
        "Recorded runs of a side.",
        zip(_sides(), map(float, verdict.runs), strict=True),
    )
    if verdict.runs[0]:
        yield from _compared(verdict)
    factor, unit, words = _unit(verdict.unit)
    suffix = f"_{unit}" if unit else ""
    yield _gauge(
        f"profkit_total_cost{suffix}",
        unit,
        f"The whole cost, {words}.",
        zip(_sides(), (factor * total.base, factor * total.candidate), strict=True),
    )
    yield _gauge(
        f"profkit_function_cost{suffix}",
        unit,
        f"Cost of a function that changed, {words}.",
        _functions(verdict, checkout, factor),
    )
    yield _gauge(
        "profkit_budget_used_ratio",
        "ratio",
        "What is measured as a part of the budget's limit.",
        _budgets(verdict),
    )


def _compared(verdict: Verdict) -> Iterator[list[str]]:
    """Yield what there is of a comparison; budgets alone have none."""
    total = verdict.total
    for name, value, words in (
        ("profkit_total_ratio", total.candidate, "The whole cost as a multiple of what it was"),
        ("profkit_total_low_ratio", total.base + total.low, "Low end of its 95 % interval"),
        ("profkit_total_high_ratio", total.base + total.high, "High end of its 95 % interval"),
    ):
        yield _gauge(name, "ratio", f"{words}.", [({}, _divided(value, total.base))])
    yield _gauge(
        "profkit_smallest_change_ratio",
        "ratio",
        "Smallest relative change of the whole that would have been found 9 times in 10.",
        [({}, verdict.smallest_total)],
    )


def _sides() -> list[dict[str, str]]:
    return [{"side": "base"}, {"side": "candidate"}]


def _unit(unit: str) -> tuple[float, str, str]:
    """Return what makes a base unit of a verdict's, its name, and what it is in words."""
    if unit == "share":
        return 1.0, "ratio", "as a share of the run"
    if unit == "ns" or unit.startswith("ns/"):
        per = {"ns": "", "ns/op": " per operation", "ns/s": " per second"}
        return _NANOSECONDS, "seconds", f"CPU time{per.get(unit, f' in {shortened(unit)}')}"
    return 1.0, "", f"in {shortened(unit)}"


def _functions(verdict: Verdict, checkout: Checkout, factor: float) -> list[_Series]:
    """Return both sides of the functions; those of one name in one file are added up."""
    causes = [change for change in verdict.changes if change.level is Level.FUNCTION]
    causes.sort(key=lambda change: -abs(change.delta))
    series: dict[tuple[tuple[str, str], ...], float] = {}
    for change in causes[:FUNCTIONS]:
        for side, value in (("base", change.base), ("candidate", change.candidate)):
            key = tuple({**_function(change, checkout), "side": side}.items())
            series[key] = series.get(key, 0.0) + factor * value
    return [(dict(labels), value) for labels, value in series.items()]


def _function(change: Change, checkout: Checkout) -> dict[str, str]:
    return {
        "function": shortened(change.name),
        "file": shortened(checkout.files.get(change.file, change.file)),
        "package": shortened(change.package),
        "measure": change.measure,
    }


def _budgets(verdict: Verdict) -> list[_Series]:
    """Return how much of each budget is used; one text stands once."""
    series = {
        shortened(budget.text): (
            {"budget": shortened(budget.text), "severity": budget.severity.value},
            _divided(budget.measured, budget.limit),
        )
        for budget in verdict.budgets
    }
    return list(series.values())[:BUDGETS]


def _gauge(name: str, unit: str, words: str, series: Iterable[_Series]) -> list[str]:
    return _family(name, "gauge", unit, words, series)


def _family(name: str, kind: str, unit: str, words: str, series: Iterable[_Series]) -> list[str]:
    """Return a family's lines; none where it has no series."""
    samples = [f"{name}{_labels(labels)} {_number(value)}" for labels, value in series]
    if not samples:
        return []
    about = [f"# TYPE {name} {kind}"]
    if unit:
        about.append(f"# UNIT {name} {unit}")
    about.append(f"# HELP {name} {words.translate(_LABELS)}")
    return [*about, *samples]


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    listed = (f'{name}="{text.translate(_LABELS)}"' for name, text in labels.items())
    return f"{{{','.join(listed)}}}"


def _divided(value: float, by: float) -> float:
    if by:
        return value / by
    return math.inf if value > 0 else math.nan


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return f"{value:.9g}"
