"""A ranking as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from profkit.render.records import function_record, view_record
from profkit.render.tables import Cell, Column, Document, Table
from profkit.render.values import count, percent, scale_of
from profkit.views.ranking import group_name

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.views.ranking import Ranking

__all__ = ["ranking_document", "ranking_record"]


def ranking_document(profile: Profile, ranking: Ranking) -> Document:
    """Return a ranking for people to read."""
    options, total = ranking.options, ranking.total
    scale = scale_of(profile.value_types[options.value_type], total)
    sorted_by = ranking.self_values if options.sort == "self" else ranking.total_values
    greatest = int(sorted_by[0]) if len(ranking) else 0
    rows = [
        (
            plain(scale.format(own)),
            share_cell(own, total),
            plain(scale.format(whole)),
            share_cell(whole, total),
            bar_cell(own if options.sort == "self" else whole, greatest, total),
            *_name_cells(profile, ranking, group, own if options.sort == "self" else whole),
        )
        for group, own, whole in zip(
            ranking.group.tolist(),
            ranking.self_values.tolist(),
            ranking.total_values.tolist(),
            strict=True,
        )
    ]
    columns = [
        Column(f"self {scale.label}", "right", rank=1 if options.sort == "total" else 0),
        Column("%", "right"),
        Column(f"total {scale.label}", "right", rank=1 if options.sort == "self" else 0),
        Column("%", "right"),
        Column("", rank=2, decoration=True),
        Column(options.by, least=24),
    ]
    if options.by == "function":
        columns.append(Column("place", least=14, cut="start"))
    return Document(
        [heading(profile, options.value_type, total), Table(columns, rows), notes(_rest(ranking))]
    )


def ranking_record(profile: Profile, ranking: Ranking) -> dict[str, Any]:
    """Return a ranking as plain data; docs/reference/json.md describes it."""
    options = ranking.options
    rows = []
    for group, own, whole in zip(
        ranking.group.tolist(),
        ranking.self_values.tolist(),
        ranking.total_values.tolist(),
        strict=True,
    ):
        is_function = options.by == "function"
        named = (
            function_record(profile, group)
            if is_function
            else {"name": group_name(profile, options.by, group)}
        )
        rows.append(named | {"self": own, "total": whole})
    return view_record(
        "top",
        profile,
        options.value_type,
        total=ranking.total,
        by=options.by,
        sort=options.sort,
        rows=rows,
        omitted={"groups": ranking.groups - len(ranking), "self": ranking.self_below},
    )


def _name_cells(profile: Profile, ranking: Ranking, group: int, value: int) -> tuple[Cell, ...]:
    if ranking.options.by == "function":
        return function_cell(profile, group, value, ranking.total), place_cell(profile, group)
    return (plain(escape(group_name(profile, ranking.options.by, group))),)


def _rest(ranking: Ranking) -> str:
    groups = count(ranking.groups, ranking.options.by)
    if len(ranking) == ranking.groups:
        return f"all {groups} shown"
    shown = f"{len(ranking):,} of {groups} shown"
    if ranking.options.sort == "total":
        return f"{shown}; {ranking.groups - len(ranking):,} more have smaller totals"
    return f"{shown}; {percent(ranking.self_below, ranking.total)} of the time is below"
