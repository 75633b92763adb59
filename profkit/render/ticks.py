"""The tick processor's report as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from profkit.profile import Kind, Tier
from profkit.render.calltree import heavy_parts
from profkit.render.cells import (
    bar_cell,
    function_cell,
    heading,
    notes,
    place_cell,
    plain,
    share_cell,
)
from profkit.render.ranking import ranking_parts
from profkit.render.tables import Column, Document, Paragraph, Table
from profkit.render.values import count, percent, scale_of, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Profile
    from profkit.render.values import Scale
    from profkit.views.calltree import CallTree
    from profkit.views.heavy import HeavyOptions
    from profkit.views.ranking import Ranking
    from profkit.views.ticks import TickReport, TickRow

__all__ = ["ticks_document"]


def ticks_document(
    profile: Profile,
    report: TickReport,
    packages: Ranking | None = None,
    shares: Sequence[Ranking] = (),
    below: CallTree[HeavyOptions] | None = None,
    *,
    limit: int | None = None,
) -> Document:
    """Return the report for people to read, each section with at most ``limit`` rows.

    ``packages`` ranks who is responsible, ``shares`` other groups; ``below`` is the bottom-up
    profile. There and in the sections a function is one row in all its tiers. Without them it is
    the summary only.
    """
    scale = scale_of(profile.value_types[report.options.value_type], report.total)
    parts: list[Table | Paragraph] = [
        heading(
            profile,
            report.options.value_type,
            report.total,
            include_idle=report.options.include_idle,
        ),
        _summary(profile, report, scale),
    ]
    if left_out := _left_out(report, scale):
        parts.append(notes(left_out))
    if not report.total:
        return Document([parts[0], notes(left_out or "nothing was sampled")])
    if packages is None or below is None:
        return Document(parts)
    parts += [
        _title("Who is responsible: packages, charged with what the runtime did for them"),
        *ranking_parts(profile, packages),
    ]
    for title, rows in _sections(profile, report):
        functions = _by_function(profile, rows)
        if functions:
            parts += [_title(title), _section(profile, report, rows, functions[:limit], scale)]
        if limit is not None and len(functions) > limit:
            rest = sum(function.value for function in functions[limit:])
            shown = f"{limit:,} of {count(len(functions), 'function')} shown"
            parts.append(notes(f"{shown}; {percent(rest, report.total)} of the time is below"))
    for ranking in shares:
        if len(ranking) > 1:
            parts += [_title(_SHARES[ranking.options.by]), ranking_parts(profile, ranking)[0]]
    parts.append(_title("Bottom-up: what spent the time, and who called it"))
    return Document([*parts, *heavy_parts(profile, below)])


def _left_out(report: TickReport, scale: Scale) -> str:
    """Say what is in no figure because it was not asked for."""
    parts = []
    if report.excluded:
        parts.append(f"{count(report.excluded, 'tick')} in other states of V8")
    if report.options.ignore_unknown and report.unaccounted:
        parts.append(f"{scale.format(report.unaccounted)} {scale.label} in unknown code")
    return f"left out: {', '.join(parts)}" if parts else ""


def _sections(profile: Profile, report: TickReport) -> tuple[tuple[str, tuple[TickRow, ...]], ...]:
    return (
        ("Shared libraries", report.libraries),
        (_language(profile), report.javascript),
        ("C++", report.native),
        ("C++ entry points: native functions that JavaScript called", report.entries),
    )


def _language(profile: Profile) -> str:
    """Name what the tick processor calls JavaScript, for profiles of other languages too."""
    kinds = profile.functions.kind
    if (kinds == Kind.JS).any():
        return "JavaScript, and code that V8 made"
    return "Python" if (kinds == Kind.PYTHON).any() else "Functions"


_SHARES = {
    "kind": "By kind of code",
    "tier": "By tier: which of V8's compilers made the code",
    "state": "By state: what V8 was doing",
}


def _title(text: str) -> Paragraph:
    return Paragraph([((text, "title"),)])


def _summary(profile: Profile, report: TickReport, scale: Scale) -> Table:
    unaccounted = 0 if report.options.ignore_unknown else report.unaccounted
    kinds = [
        (_language(profile), sum(row.value for row in report.javascript)),
        ("C++", sum(row.value for row in report.native)),
        ("Shared libraries", report.library_total),
        ("Unaccounted: in code that the log never names", unaccounted),
        ("GC: while collecting garbage, counted above too", report.collecting),
    ]
    greatest = max(value for _, value in kinds)
    rows = [
        (
            plain(scale.format(value)),
            share_cell(value, report.total),
            bar_cell(value, greatest, report.total),
            plain(name),
        )
        for name, value in kinds
        if value
    ]
    columns = [
        Column(scale.label, "right"),
        Column("%", "right"),
        Column("", rank=2, decoration=True),
        Column("where", least=16),
    ]
    return Table(columns, rows)


@dataclass(frozen=True, slots=True)
class _FunctionRow:
    """A function in all its tiers."""

    function: int
    marks: str
    value: int


def _by_function(profile: Profile, rows: Sequence[TickRow]) -> list[_FunctionRow]:
    """Bring the tiers of a function together, the greatest function first."""
    found: dict[int, _FunctionRow] = {}
    for row in rows:
        function = int(profile.frames.function[row.frame])
        mark = Tier(profile.frames.tier[row.frame]).mark
        before = found.get(function, _FunctionRow(function, "", 0))
        marks = before.marks if mark in before.marks else before.marks + mark
        found[function] = _FunctionRow(function, marks, before.value + row.value)
    return sorted(found.values(), key=lambda row: -row.value)


def _section(
    profile: Profile,
    report: TickReport,
    rows: Sequence[TickRow],
    functions: Sequence[_FunctionRow],
    scale: Scale,
) -> Table:
    is_library = rows is report.libraries
    columns = [
        Column(scale.label, "right"),
        Column("%", "right"),
        Column("% without libraries", "right", rank=1),
        Column("tiers", rank=1),
        Column("function", least=24),
        Column("place", least=12, cut="middle"),
    ]
    cells = [
        (
            plain(scale.format(row.value)),
            share_cell(row.value, report.total),
            plain("" if is_library else share(row.value, report.non_library), "dim"),
            plain(row.marks, "dim"),
            function_cell(profile, row.function, row.value, report.total),
            place_cell(profile, row.function),
        )
        for row in functions
    ]
    return Table(columns, cells)
