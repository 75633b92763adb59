"""The butterfly as a table: callers, the function itself, callees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.profile import ABSENT
from profkit.render.calltree import name_cells
from profkit.render.cells import function_cell, heading, notes, place_cell, plain, share_cell
from profkit.render.tables import BLANK, Cell, Column, Document, Table
from profkit.render.values import count, percent, scale_of, share, shown_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Profile
    from profkit.render.values import Scale
    from profkit.views.butterfly import Butterfly, ButterflyOptions
    from profkit.views.calltree import CallTree

__all__ = ["butterfly_document"]

_CALLERS, _CALLEES = "called by", "calls"


def butterfly_document(profile: Profile, view: Butterfly) -> Document:
    """Return a function with its callers above it and its callees below, for people to read."""
    scale = scale_of(profile.value_types[view.options.value_type], view.total)
    columns = [
        Column(""),
        Column(scale.label, "right"),
        Column("of it", "right"),
        Column("%", "right", rank=1),
        Column("function", least=16),
        Column("place", least=8, cut="middle"),
    ]
    itself = (
        plain("", "dim"),
        *_figures(scale, view, view.total_value),
        function_cell(profile, view.function, view.total_value, view.total),
        place_cell(profile, view.function),
    )
    rows: list[Sequence[Cell]] = [
        *_side(profile, view, view.callers, _CALLERS, ("(nobody)", view.root_value)),
        itself,
        BLANK,
        *_side(profile, view, view.callees, _CALLEES, ("(self)", view.self_value)),
    ]
    while rows[-1] is BLANK:
        rows.pop()
    return Document(
        [
            heading(
                profile,
                view.options.value_type,
                view.total,
                include_idle=view.options.include_idle,
            ),
            Table(columns, rows),
            notes(*_rest(view)),
        ]
    )


def _side(
    profile: Profile,
    view: Butterfly,
    tree: CallTree[ButterflyOptions],
    role: str,
    remainder: tuple[str, int],
) -> list[Sequence[Cell]]:
    """Return the rows of one side, what belongs to no row on it among them, by their values."""
    scale = scale_of(profile.value_types[view.options.value_type], view.total)
    blocks: list[tuple[int, list[list[Cell]]]] = []
    for row, names in enumerate(name_cells(profile, tree)):
        value = int(tree.total_values[row])
        cells = [*_figures(scale, view, value), *names]
        if tree.parent[row] == ABSENT:
            blocks.append((value, [cells]))
        else:
            blocks[-1][1].append(cells)
    name, value = remainder
    if value:
        blocks.append((value, [[*_figures(scale, view, value), plain(name, "dim"), ()]]))
    blocks.sort(key=lambda block: -block[0])
    found = [cells for _, block in blocks for cells in block]
    rows: list[Sequence[Cell]] = [
        (plain(role if number == 0 else "", "dim"), *cells) for number, cells in enumerate(found)
    ]
    return [*rows, BLANK] if rows else []


def _figures(scale: Scale, view: Butterfly, value: int) -> tuple[Cell, Cell, Cell]:
    return (
        plain(scale.format(value)),
        plain(share(value, view.total_value)),
        share_cell(value, view.total),
    )


def _rest(view: Butterfly) -> list[str]:
    """Say what the table does not show."""
    lines = []
    for tree, noun in ((view.callers, "caller"), (view.callees, "callee")):
        cut = tree.cut
        shown = int((tree.parent == ABSENT).sum())
        line = shown_of(shown, shown + cut.roots, noun)
        if cut.roots:
            line += f"; {percent(cut.roots_value, view.total_value)} of it is below"
        if cut.branches:
            line += f"; {count(cut.branches, 'row')} further away left out"
        if cut.deeper and (view.options.depth or 0) > 1:
            line += f"; {count(cut.deeper, 'row')} beyond the depth shown"
        lines.append(line)
    if view.recursive_value:
        part = percent(view.recursive_value, view.total_value)
        lines.append(f"{part} of it is in calls from itself, directly or by way of others")
    return lines
