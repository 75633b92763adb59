"""Deoptimisations as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.profile import ABSENT
from profkit.render.cells import function_cell, heading, notes, place_cell, plain, share_cell
from profkit.render.escape import escape
from profkit.render.tables import Column, Document, Table
from profkit.render.values import count, scale_of, shown_of

if TYPE_CHECKING:
    from profkit.profile import Profile
    from profkit.render.tables import Cell
    from profkit.views.deopts import Deopts

__all__ = ["deopts_document"]

_NONE = "no deoptimisation; node writes them with --prof --log-deopt"
_NOT_TOLD = "the recording tells no deoptimisations, which only V8 tick logs have"


def deopts_document(profile: Profile, found: Deopts) -> Document:
    """Return the deoptimisations for people to read."""
    value_type, whole = found.options.value_type, int(profile.self_values().sum())
    scale = scale_of(profile.value_types[value_type], whole)
    top = heading(profile, value_type, whole, include_idle=True)
    if not found.total:
        is_log = "v8log" in profile.meta.format.split(", ")
        return Document([top, notes(_NONE if is_log else _NOT_TOLD)])
    by = found.options.by
    with_function = by in ("place", "function")
    columns = [Column("times", "right"), Column("%", "right", rank=1)]
    if with_function:
        columns += [
            Column(f"self {scale.label}", "right", rank=1),
            Column("function", least=20),
            Column("defined at", least=12, cut="middle", rank=2),
        ]
    names = ("kind", "reason", "place") if by == "place" else () if with_function else (by,)
    titles = {"place": "deoptimised at"}
    columns += [Column(titles.get(name, name), least=8, cut="middle") for name in names]
    rows = []
    for row, function in enumerate(found.function.tolist()):
        times = int(found.count[row])
        cells: list[Cell] = [plain(f"{times:,}"), share_cell(times, found.total)]
        if with_function:
            own = int(found.self_values[row])
            known = function != ABSENT
            cells += [
                plain(scale.format(own)),
                function_cell(profile, function, times, found.total) if known else plain("?"),
                place_cell(profile, function) if known else plain(""),
            ]
        cells += [
            plain(escape(profile.text(int(getattr(found, name)[row]))) or "?") for name in names
        ]
        rows.append(tuple(cells))
    below = found.total - int(found.count.sum())
    what = "row" if by == "place" else by
    rest = f"; {below:,} deoptimisations are below" if below else ""
    note = f"{shown_of(len(found), found.groups, what)}{rest}; {count(found.total, 'time')} in all"
    return Document([top, Table(columns, rows), notes(note)])
