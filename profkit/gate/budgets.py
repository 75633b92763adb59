"""Budgets: what a function, file, package, kind or category may cost, and how much of it is used.

A limit is a share of the whole (``0.5%``), a time per operation (``120us``), or a change against
the base (``+5%``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.gate.measuring import MEASURES
from profkit.gate.verdict import BudgetResult, Level, Severity
from profkit.profile import ABSENT, Kind
from profkit.statistics import t_quantile, variance
from profkit.views.categories import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    from profkit.gate.comparing import Sides
    from profkit.gate.measuring import Measure

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Budget", "parse_budgets", "used"]

_LIMIT = re.compile(r"(?P<sign>\+?)(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|ns|us|µs|ms|s)")
_NANOSECONDS = {"ns": 1.0, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9}
_LEVELS = (Level.FUNCTION, Level.FILE, Level.PACKAGE, Level.KIND, Level.CATEGORY)
_MEASURE: Mapping[Level, Measure] = {
    Level.FUNCTION: "total",
    Level.FILE: "charged",
    Level.PACKAGE: "charged",
    Level.KIND: "self",
    Level.CATEGORY: "self",
    Level.TOTAL: "self",
}
_KINDS = {kind.label: kind for kind in Kind}
_CATEGORIES = {category.label: category for category in Category}


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent; ``text`` is how the user wrote it.

    ``limit`` is a share where ``unit`` is ``share``, nanoseconds per operation where it is
    ``ns/op``, and a share of what the base costs where it is ``change``.
    """

    text: str
    level: Level
    name: str
    limit: float
    unit: str
    measure: Measure
    severity: Severity = Severity.ERROR


def parse_budgets(table: object, where: str) -> tuple[Budget, ...]:
    """Read the table ``budgets`` of a configuration; ``where`` names it in errors.

    Raises :class:`UsageError` for what it cannot mean, naming the key.
    """
    answer = []
    for key, value in _table(table, where).items():
        if (
            key in {level.value for level in _LEVELS}
            and isinstance(value, dict)
            and not (set(value) & {"limit"})
        ):
            level = Level(key)
            answer += [
                _budget(level, name, limit, f"{where}.{key}.{name}")
                for name, limit in value.items()
            ]
        else:
            answer.append(_budget(_level_of(key), key, value, f"{where}.{key}"))
    return tuple(answer)


def _table(table: object, where: str) -> dict[str, object]:
    if not isinstance(table, dict):
        raise UsageError(f"{where}: a table of budgets was expected")
    return table


def _level_of(name: str) -> Level:
    """Return what a name that stands alone is: the total, a category, a kind, or a package."""
    if name == Level.TOTAL.value:
        return Level.TOTAL
    if name in _CATEGORIES:
        return Level.CATEGORY
    return Level.KIND if name in _KINDS else Level.PACKAGE


def _budget(level: Level, name: str, value: object, where: str) -> Budget:
    options = value if isinstance(value, dict) else {"limit": value}
    if unknown := set(options) - {"limit", "severity", "measure"}:
        raise UsageError(
            f"{where}: {min(unknown)!r} is no key of a budget; limit, severity and measure are"
        )
    known = {Level.KIND: list(_KINDS), Level.CATEGORY: list(_CATEGORIES)}.get(level)
    if known is not None and name not in known:
        raise UsageError(f"{where}: there is no {level.value} {name!r}, but {', '.join(known)}")
    severity, measure = options.get("severity", "error"), options.get("measure", _MEASURE[level])
    if severity not in {one.value for one in Severity}:
        raise UsageError(f"{where}: severity is error or warning, not {severity!r}")
    if measure not in MEASURES:
        raise UsageError(f"{where}: measure is self, charged or total, not {measure!r}")
    limit = options.get("limit")
    found = _LIMIT.fullmatch(limit) if isinstance(limit, str) else None
    if found is None or (found["sign"] and found["unit"] != "%"):
        raise UsageError(
            f"{where}: {limit!r} is no limit; a share such as '0.5%', a time per operation such as "
            "'120us', or a change against the base such as '+5%' is"
        )
    number = float(found["number"])
    if found["unit"] == "%":
        number, unit = number / 100, "change" if found["sign"] else "share"
    else:
        number, unit = number * _NANOSECONDS[found["unit"]], "ns/op"
    if level is Level.TOTAL and unit == "share":
        raise UsageError(f"{where}: the whole is always 100 %; give a change such as '+5%'")
    return Budget(f'{name} = "{limit}"', level, name, number, unit, measure, Severity(severity))


def used(
    sides: Sides, budgets: Iterable[Budget], *, has_base: bool = True
) -> tuple[tuple[BudgetResult, ...], tuple[str, ...]]:
    """Tell how much of each budget is used, and notes on those that name nothing.

    Raises :class:`UsageError` where a budget needs a base or operations that are not there.
    """
    results, notes = [], []
    for budget in budgets:
        if budget.unit == "change" and not has_base:
            raise UsageError(f"the budget {budget.text} is against a base, and there is none")
        if budget.unit == "ns/op" and not (sides.has_operations and sides.measured.is_time):
            raise UsageError(
                f"the budget {budget.text} is per operation: say how many there were (--ops)"
            )
        nodes = _nodes(sides, budget)
        if not nodes.any():
            notes.append(f"the budget {budget.text} is for what is in no run: is the name right?")
        results.append(_used(sides, budget, nodes))
    return tuple(results), tuple(notes)


def _nodes(sides: Sides, budget: Budget) -> Flags:
    """Tell whose own costs a budget is for; ``(nodes,)``."""
    measured = sides.measured
    profile = measured.profile
    functions = profile.functions
    name = budget.name
    if budget.level is Level.TOTAL:
        return np.ones(len(profile.tree), bool)
    if budget.level is Level.KIND:
        wanted = functions.kind == _KINDS[name]
    elif budget.level is Level.CATEGORY:
        wanted = measured.category == _CATEGORIES[name]
    elif budget.level is Level.PACKAGE:
        wanted = np.isin(functions.package, [n for n, t in enumerate(profile.strings) if t == name])
    else:
        label, _, file = name.rpartition("@") if budget.level is Level.FUNCTION else ("", "", name)
        label, file = (label, file) if label else (file, "")
        if budget.level is Level.FILE:
            label, file = "", name
        wanted = np.ones(len(functions), bool)
        if label:
            named = [n for n, text in enumerate(profile.strings) if text == label]
            wanted &= np.isin(functions.name, named)
        if file:
            ending = f"/{file}"
            named = [n for n, t in enumerate(profile.strings) if t == file or t.endswith(ending)]
            wanted &= np.isin(functions.file, named)
    wanted = np.asarray(wanted)
    if budget.measure == "self":
        return wanted[measured.function]
    if budget.measure == "charged":
        return wanted[measured.owner]
    below = profile.tree.below(wanted[measured.function])
    return np.asarray(below & ~measured.is_collector)


def _used(sides: Sides, budget: Budget, nodes: Flags) -> BudgetResult:
    measured = sides.measured
    if budget.unit == "change":
        middle, low, high = _change(sides, budget, nodes)
    else:
        rows = measured.is_candidate
        cost = measured.own[:, nodes].sum(axis=1)
        whole = measured.own.sum(axis=1)
        per = measured.operations if budget.unit == "ns/op" else whole
        unit = (measured.unit / per)[rows]
        middle, low, high = _interval(sides, (cost / per)[rows], unit, float((whole / per).mean()))
    function, file, line = _place(sides, budget, nodes)
    return BudgetResult(
        text=budget.text,
        level=budget.level,
        name=function or budget.name,
        severity=budget.severity,
        measured=middle,
        low=low,
        high=high,
        limit=budget.limit,
        unit=budget.unit,
        is_over=low > budget.limit,
        is_open=low <= budget.limit < high,
        file=file,
        line=line,
    )


def _change(sides: Sides, budget: Budget, nodes: Flags) -> tuple[float, float, float]:
    """Return how much more it costs than in the base, relatively, with its 95 % interval."""
    if budget.level is Level.TOTAL:
        whole = sides.whole
        ratios = (whole.candidate / whole.base, whole.low, whole.high)
    else:
        found = sides.test_nodes(nodes)
        base, candidate = float(found.base[0]), float(found.candidate[0])
        if not base and not candidate:
            return 0.0, 0.0, 0.0
        middle = candidate / base if base else float("inf")
        low, high = float(found.ratio_low[0]), float(found.ratio_high[0])
        # Nothing before: it is over as soon as it is surely there.
        ratios = (middle, low if base or found.low[0] <= 0 else float("inf"), high)
    return ratios[0] - 1, ratios[1] - 1, ratios[2] - 1


def _interval(sides: Sides, cost: Floats, unit: Floats, whole: float) -> tuple[float, float, float]:
    """Return the mean of a side's runs with its 95 % interval, scatter shrunk to the trend."""
    mean = float(cost.mean())
    spread = sides.spread
    trend = float(variance(np.array([mean]), unit.mean(), whole, spread)[0])
    freedom = len(cost) - 1
    squares = float(((cost - mean) ** 2).sum())
    own = (spread.freedom * trend + squares) / (spread.freedom + freedom)
    reach = float(t_quantile(0.975, spread.freedom + freedom)) * float(np.sqrt(own / len(cost)))
    return mean, max(mean - reach, 0.0), mean + reach


def _place(sides: Sides, budget: Budget, nodes: Flags) -> tuple[str, str, int]:
    """Return name, file and line of what a budget for a function is about, where it is one."""
    if budget.level is not Level.FUNCTION or not nodes.any():
        return "", "", 0
    profile = sides.measured.profile
    label = budget.name.rpartition("@")[0] or budget.name
    functions = sides.measured.function[nodes]
    for function in functions.tolist():
        if profile.text(int(profile.functions.name[function])) == label:
            line = int(profile.functions.line[function])
            file = profile.text(int(profile.functions.file[function]))
            return label, file, 0 if line == ABSENT else line
    return "", "", 0
