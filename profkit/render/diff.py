"""A difference of two sides as a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING

from profkit.profile import full_place, function_name
from profkit.render.calltree import name_cells, rest_of
from profkit.render.cells import function_cell, notes, place_cell, plain
from profkit.render.escape import escape
from profkit.render.tables import BLANK, Cell, Column, Document, Paragraph, Table
from profkit.render.values import count, shown_of
from profkit.transforms.joining import Side
from profkit.views.ranking import ORDERS, group_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.transforms.joining import Joined
    from profkit.views.diff import Diff, Sided
    from profkit.views.diff_tree import DiffTree

__all__ = [
    "CostScale",
    "change_cell",
    "cost_scale",
    "diff_document",
    "diff_tree_document",
    "sides_heading",
]

_FEW = 3
_TIMES = (("s", 1e9), ("ms", 1e6), ("µs", 1e3), ("ns", 1.0))


@dataclass(frozen=True, slots=True)
class CostScale:
    """How costs of one unit are written: divided, with decimals, under a label."""

    label: str
    divisor: float
    decimals: int

    def format(self, cost: float) -> str:
        """Return a cost without its unit, as in ``1,234.5``."""
        text = f"{cost / self.divisor:,.{self.decimals}f}"
        return text.removeprefix("-") if not float(text.replace(",", "")) else text

    def signed(self, cost: float) -> str:
        """Return a change with its sign, as in ``+12.3``; one that is nothing has none."""
        text = self.format(cost)
        return text if text.startswith("-") or not float(text.replace(",", "")) else f"+{text}"

    def with_label(self, cost: float) -> str:
        """Return a cost with its unit, as in ``12.3 ms/op``."""
        return f"{self.format(cost)} {self.label}"


def cost_scale(unit: str, greatest: float) -> CostScale:
    """Return the scale in which costs up to ``greatest``, in a unit of costs, are read best."""
    if unit == "share":
        return CostScale("%", 0.01, 2)
    kind, slash, per = unit.rpartition("/")
    if kind != "ns":
        return CostScale(escape(unit), 1.0, _decimals(greatest))
    label, divisor = next((pair for pair in _TIMES if abs(greatest) >= 10 * pair[1]), ("ns", 1.0))
    return CostScale(f"{label}{slash}{per}", divisor, _decimals(greatest / divisor))


def _decimals(greatest: float) -> int:
    return 0 if greatest >= 10_000 else 1 if greatest >= 100 else 2 if greatest >= 1 else 4  # noqa: PLR2004


def diff_document(view: Diff) -> Document:
    """Return a difference for people to read."""
    whole = float(view.whole.base[0]), float(view.whole.candidate[0])
    heading = sides_heading(view.joined, view.unit, whole)
    tables = [_table(view)] if len(view) else []
    return Document([heading, *tables, notes(*_below(view))])


def diff_tree_document(view: DiffTree) -> Document:
    """Return a difference as a tree for people to read."""
    is_heavy = view.options.direction == "heavy"
    whole = view.whole
    scale = cost_scale(view.unit, max(*whole, 0.0))
    noun = view.options.by
    columns = [
        Column(f"delta {scale.label}", "right"),
        Column("base", "right"),
        Column("candidate", "right"),
        *([] if is_heavy else [Column("self delta", "right", rank=1)]),
        Column(noun, least=24),
        *([Column("place", least=12, cut="middle")] if noun == "function" else []),
    ]
    delta, own = view.delta.tolist(), (view.own_candidate - view.own_base).tolist()
    # Names are as bright as their part of the dearer side.
    shown = replace(view.rows, total=int(max(view.rows.profile.extent.values[:2])))
    rows: list[Sequence[Cell]] = []
    for row, names in enumerate(name_cells(view.rows.profile, shown)):
        if is_heavy and rows and view.rows.depth[row] == 0:
            rows.append(BLANK)
        cells = [
            change_cell(scale.signed(delta[row]), delta[row]),
            plain(scale.format(float(view.base[row]))),
            plain(scale.format(float(view.candidate[row]))),
            *([] if is_heavy else [change_cell(scale.signed(own[row]), own[row])]),
            *names,
        ]
        rows.append(cells[: len(columns)])
    below = rest_of(view.rows, noun if is_heavy else "root", "caller" if is_heavy else "callee")
    heading = sides_heading(view.joined, view.unit, whole)
    return Document([heading, Table(columns, rows), notes(*below, *_matched(view.joined))])


def sides_heading(joined: Joined, unit: str, whole: tuple[float, float]) -> Paragraph:
    """Return the lines that say what is compared with what, and how much all of it differs."""
    lines: list[Cell] = []
    for side, word in ((Side.BASE, "base"), (Side.CANDIDATE, "candidate")):
        runs = [joined.runs[n] for n in joined.of_side(side).tolist()]
        facts = [count(len(runs), "run")] if len(runs) > 1 else []
        operations = [run.operations for run in runs if run.operations]
        if operations:
            facts.append(f"{sum(operations):,.0f} operations")
        named = runs[0].name if len(runs) == 1 else f"{runs[0].name} … {runs[-1].name}"
        lines.append(
            (
                (f"{word:9}  ", "dim"),
                (escape(named), ""),
                *plain(f"  {', '.join(facts)}" if facts else "", "dim"),
            )
        )
    if joined.steps:
        lines.append((("of each   ", "dim"), (f" {escape(' '.join(joined.steps))}", "")))
    if unit != "share":
        base, candidate = whole
        scale = cost_scale(unit, max(whole))
        lines.append(
            (
                ("all of it  ", "dim"),
                (f"{scale.format(base)} → {scale.with_label(candidate)}", ""),
                ("  ", ""),
                *change_cell(_relative(base, candidate), candidate - base),
            )
        )
    return Paragraph(lines)


def _relative(base: float, candidate: float) -> str:
    return f"{100 * (candidate / base - 1):+.1f} %" if base else ""


def change_cell(text: str, delta: float) -> Cell:
    """Return a change, in a colour that goes with its sign."""
    return plain(text, "worse" if delta > 0 else "better" if delta < 0 else "")


_MEASURES = {"self": "own", "charged": "charged", "total": "total"}


def _table(view: Diff) -> Table:
    sort = view.options.sort
    main: Sided = getattr(view, _MEASURES[sort])
    scale = cost_scale(view.unit, max([*main.base.tolist(), *main.candidate.tolist(), 0.0]))
    others = [name for name in ORDERS if name != sort]
    shown = {name: getattr(view, _MEASURES[name]).delta.tolist() for name in others}
    base, candidate, delta = main.base.tolist(), main.candidate.tolist(), main.delta.tolist()
    rows = []
    for row, group in enumerate(view.group.tolist()):
        rows.append(
            (
                change_cell(scale.signed(delta[row]), delta[row]),
                *_certainty(main, row, scale),
                plain(scale.format(base[row])),
                plain(scale.format(candidate[row])),
                *(change_cell(scale.signed(shown[name][row]), shown[name][row]) for name in others),
                plain("new" if view.is_new[row] else "vanished" if view.is_vanished[row] else ""),
                *_name_cells(view, group, delta[row]),
            )
        )
    columns = [
        Column(f"{sort} delta {scale.label}", "right"),
        Column("95 % interval", "right", rank=3),
        Column(""),
        Column("base", "right"),
        Column("candidate", "right"),
        *(Column(f"{name} delta", "right", rank=2) for name in others),
        Column(""),
        Column(view.options.by, least=20),
    ]
    if view.options.by == "function":
        columns.append(Column("place", least=16, cut="middle", rank=1))
    return Table(columns, rows)


def _certainty(costs: Sided, row: int, scale: CostScale) -> tuple[Cell, Cell]:
    """Return the interval of a change, and the mark of those that are more than chance."""
    low, high = float(costs.low[row]), float(costs.high[row])
    if isnan(low):
        return (), ()
    mark = plain("*" if costs.is_significant[row] else "")
    return plain(f"{scale.signed(low)} to {scale.signed(high)}", "dim"), mark


def _name_cells(view: Diff, group: int, delta: float) -> tuple[Cell, ...]:
    profile, by = view.profile, view.options.by
    if by != "function":
        return (plain(escape(group_name(profile, by, group))),)
    whole = max(float(view.whole.base[0]), float(view.whole.candidate[0]))
    weight = round(1e6 * abs(delta) / whole) if whole else 0
    return function_cell(profile, group, weight, 10**6), place_cell(profile, group)


def _below(view: Diff) -> list[str]:
    shown = shown_of(len(view), view.groups, view.options.by)
    lines = [f"{shown}; {view.new:,} new, {view.vanished:,} vanished"]
    if view.unit == "share":
        lines.append(
            "shares of each side's own whole: where one falls others rise; "
            "--ops-base or --per-request give costs per operation"
        )
    if not view.joined.has_replicates:
        lines.append(
            "one run a side: whether a change is more than chance is told by several runs "
            "(--base, --candidate)"
        )
    else:
        lines.append("* more than chance; of such, one in twenty may be none")
    return [*lines, *_matched(view.joined)]


def _matched(joined: Joined) -> list[str]:
    """Say which functions were taken for the same though they do not look it."""
    if not joined.matches:
        return []
    told = [
        f"{escape(match.name)} ({escape(match.place)}) is now "
        f"{escape(function_name(joined.profile, match.function))} "
        f"({escape(full_place(joined.profile, match.function))}): {match.reason}"
        for match in joined.matches[:_FEW]
    ]
    more = len(joined.matches) - len(told)
    return [*told, *([f"{count(more, 'more function')} renamed or moved"] if more else [])]
