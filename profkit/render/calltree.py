"""The heavy view and the tree view as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profkit.profile import ABSENT
from profkit.render.cells import function_cell, heading, notes, place_cell, plain, share_cell
from profkit.render.tables import BLANK, Cell, Column, Document, Paragraph, Table
from profkit.render.values import count, percent, scale_of, share, shown_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Profile
    from profkit.views.calltree import CallTree
    from profkit.views.heavy import HeavyOptions
    from profkit.views.tree import TreeOptions

    _View = CallTree[HeavyOptions] | CallTree[TreeOptions]

__all__ = ["heavy_document", "heavy_parts", "name_cells", "rest_of", "tree_document"]


def heavy_document(profile: Profile, view: CallTree[HeavyOptions]) -> Document:
    """Return a heavy view for people to read: under each function those that call it."""
    top = _heading(profile, view)
    return Document([top, *heavy_parts(profile, view)])


def heavy_parts(profile: Profile, view: CallTree[HeavyOptions]) -> tuple[Table, Paragraph]:
    """Return a heavy view's table, and what is said below it."""
    scale = scale_of(profile.value_types[view.options.value_type], view.total)
    columns = [
        Column(scale.label, "right"),
        Column("%", "right"),
        Column("of callee", "right", rank=1),
        *_name_columns(view),
    ]
    rows: list[Sequence[Cell]] = []
    for row, names in enumerate(_named(profile, view)):
        if rows and view.depth[row] == 0 and (view.depth[row - 1] or _has_callers(view, row)):
            rows.append(BLANK)
        value, parent = int(view.total_values[row]), int(view.parent[row])
        rows.append(
            (
                plain(scale.format(value)),
                share_cell(value, view.total),
                _of_parent(view, value, parent),
                *names,
            )
        )
    return Table(columns, rows), notes(*_rest(view, _noun(view), "caller"))


def tree_document(profile: Profile, view: CallTree[TreeOptions]) -> Document:
    """Return a tree for people to read: under each function those that it calls."""
    scale = scale_of(profile.value_types[view.options.value_type], view.total)
    columns = [
        Column(f"total {scale.label}", "right"),
        Column("total %", "right"),
        Column(f"self {scale.label}", "right", rank=1),
        Column("self %", "right"),
        *_name_columns(view),
    ]
    rows = [
        (
            plain(scale.format(whole)),
            plain(share(whole, view.total)),
            plain(scale.format(own)),
            share_cell(own, view.total),
            *names,
        )
        for whole, own, names in zip(
            view.total_values.tolist(),
            view.self_values.tolist(),
            _named(profile, view),
            strict=True,
        )
    ]
    top = _heading(profile, view)
    return Document([top, Table(columns, rows), notes(*_rest(view, "root", "callee"))])


_LEVELS_DRAWN = 100


def _noun(view: _View) -> str:
    """Return what a row is; functions stay below frames of their threads."""
    return "function" if view.options.by == "thread" else view.options.by


def _name_columns(view: _View) -> tuple[Column, ...]:
    noun = _noun(view)
    name = Column(noun, least=24)
    return (name, Column("place", least=12, cut="middle")) if noun == "function" else (name,)


def _named(profile: Profile, view: _View) -> list[tuple[Cell, ...]]:
    """Return the cells for :func:`_name_columns`: only functions have a place."""
    width = len(_name_columns(view))
    return [cells[:width] for cells in name_cells(profile, view)]


def _heading(profile: Profile, view: _View) -> Paragraph:
    options = view.options
    return heading(profile, options.value_type, view.total, include_idle=options.include_idle)


def _rest(view: _View, root: str, branch: str) -> list[str]:
    """Say what the table does not show, and how much of the time that is."""
    lines = rest_of(view, root, branch)
    if view.cut.roots:
        lines[0] += f"; {percent(view.cut.roots_value, view.total)} of the time is below"
    return lines


def rest_of(view: _View, root: str, branch: str) -> list[str]:
    """Say what the table does not show."""
    cut = view.cut
    shown = int((view.parent == ABSENT).sum())
    lines = [shown_of(shown, shown + cut.roots, root)]
    further = []
    if cut.branches:
        least = f"{100 * view.options.min_share:g} %"
        further.append(f"{count(cut.branches, branch)} under {least} left out")
    if cut.deeper:
        verb = "goes" if cut.deeper == 1 else "go"
        further.append(f"{count(cut.deeper, 'row')} {verb} on beyond the depth shown")
    return [*lines, "; ".join(further)] if further else lines


def _has_callers(view: _View, row: int) -> bool:
    return row + 1 < len(view) and bool(view.depth[row + 1])


def _of_parent(view: _View, value: int, parent: int) -> Cell:
    return plain("" if parent == ABSENT else share(value, int(view.total_values[parent])), "dim")


def name_cells(profile: Profile, view: CallTree[Any]) -> list[tuple[Cell, Cell]]:
    """Return the last cells of each row: a function below lines that lead to it, and its place."""
    rows = zip(
        _guides(view.depth.tolist()),
        view.function.tolist(),
        view.total_values.tolist(),
        strict=True,
    )
    return [
        (
            (*guide, *function_cell(profile, function, value, view.total)),
            place_cell(profile, function),
        )
        for guide, function, value in rows
    ]


def _guides(depths: Sequence[int]) -> list[Cell]:
    """Return the lines that lead to each row of a tree, in display order, from the one above."""
    answer = []
    open_below: list[bool] = []  # for each level, whether another row of it follows below
    for depth in reversed(depths):
        open_below += [False] * (depth + 1 - len(open_below))
        follows = open_below[depth]
        del open_below[depth + 1 :]
        open_below[depth] = True
        answer.append(_guide(open_below, depth, follows=follows) if depth else plain(""))
    return answer[::-1]


def _guide(open_below: list[bool], depth: int, *, follows: bool) -> Cell:
    """Return the lines before a row: those of the levels above it, the nearest ones only.

    Recursion goes thousands of levels deep, and all their lines would take gigabytes; a row far
    down says its level instead.
    """
    beyond = max(depth - _LEVELS_DRAWN, 0)
    lines = ("│ " if is_open else "  " for is_open in open_below[beyond + 1 : depth])
    level = plain(f"{depth}: ", "dim") if beyond else ()
    return (*level, *plain("".join(lines) + ("├ " if follows else "└ "), "guide"))
