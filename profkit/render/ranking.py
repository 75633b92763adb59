"""A ranking as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.render.cells import (
    bar_cell,
    function_cell,
    heading,
    notes,
    place_cell,
    plain,
    share_cell,
)
from profkit.render.escape import escape
from profkit.render.tables import Cell, Column, Document, Paragraph, Table
from profkit.render.values import percent, scale_of, shown_of
from profkit.views.ranking import group_name

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.views.ranking import Ranking

__all__ = ["ranking_document", "ranking_parts"]


def ranking_document(profile: Profile, ranking: Ranking) -> Document:
    """Return a ranking for people to read."""
    options = ranking.options
    top = heading(profile, options.value_type, ranking.total, include_idle=options.include_idle)
    return Document([top, *ranking_parts(profile, ranking)])


def ranking_parts(profile: Profile, ranking: Ranking) -> tuple[Table, Paragraph]:
    """Return a ranking's table, and what is said below it."""
    return _table(profile, ranking), notes(_rest(ranking), *_unknown(ranking))


def _table(profile: Profile, ranking: Ranking) -> Table:
    """Return a ranking's rows; without what is charged where that is always the self value."""
    options, total = ranking.options, ranking.total
    scale = scale_of(profile.value_types[options.value_type], total)
    measured = {
        "self": ranking.self_values.tolist(),
        "charged": ranking.charged_values.tolist(),
        "total": ranking.total_values.tolist(),
    }
    sorted_by = measured[options.sort]
    if measured["charged"] == measured["self"]:
        del measured["charged"]
    greatest = sorted_by[0] if sorted_by else 0
    rows = []
    for row, group in enumerate(ranking.group.tolist()):
        figures: list[Cell] = []
        for column in measured.values():
            figures += [plain(scale.format(column[row])), share_cell(column[row], total)]
        weight = sorted_by[row]
        rows.append(
            (
                *figures,
                bar_cell(weight, greatest, total),
                *_name_cells(profile, ranking, group, weight),
            )
        )
    columns = []
    for name in measured:
        is_main = name == options.sort
        columns += [
            Column(f"{name} {scale.label}", "right", rank=0 if is_main else 2),
            Column(f"{name} %", "right", rank=0 if is_main else 1),
        ]
    columns += [Column("", rank=3, decoration=True), Column(options.by, least=20)]
    if options.by == "function":
        columns.append(Column("place", least=18, cut="middle"))
    return Table(columns, rows)


def _name_cells(profile: Profile, ranking: Ranking, group: int, value: int) -> tuple[Cell, ...]:
    if ranking.options.by == "function":
        return function_cell(profile, group, value, ranking.total), place_cell(profile, group)
    return (plain(escape(group_name(profile, ranking.options.by, group))),)


_NOT_TOLD = {
    "file": "no files: functions go by their kind",
    "line": "no lines: functions go by their kind",
    "package": "no packages: functions go by their kind",
    "tier": "no tiers, which are those of V8's compilers in V8 tick logs: see --by kind",
    "state": "no states, which only V8 tick logs have",
}
"""What is said where a recording has none of what its groups are; the others all have."""


def _unknown(ranking: Ranking) -> list[str]:
    by = ranking.options.by
    nothing = len(ranking) > 0 and by in _NOT_TOLD and int(ranking.group.max()) < 0
    return [f"the recording tells {_NOT_TOLD[by]}"] if nothing else []


def _rest(ranking: Ranking) -> str:
    by = ranking.options.by
    shown = shown_of(len(ranking), ranking.groups, by)
    if len(ranking) == ranking.groups:
        return shown
    if ranking.options.sort == "total":
        return f"{shown}; {ranking.groups - len(ranking):,} more have smaller totals"
    if ranking.options.sort == "charged":
        below = ranking.total - int(ranking.charged_values.sum())
        return f"{shown}; {percent(below, ranking.total)} of the time is charged to those below"
    return f"{shown}; {percent(ranking.self_below, ranking.total)} of the time is below"
