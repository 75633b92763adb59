"""Lines of the source: files with their hottest lines, or one file annotated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import short_file
from profkit.render.cells import heading, notes, plain, share_cell
from profkit.render.escape import escape
from profkit.render.tables import BLANK, Cell, Column, Document, Table
from profkit.render.values import count, percent, scale_of, shown_of
from profkit.views.ranking import ORDERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.render.values import Scale
    from profkit.symbols.source_text import SourceText
    from profkit.views.lines import Lines

    Texts = Mapping[str, SourceText | None]

__all__ = ["annotated_document", "files_document"]

_NO_FIGURES: tuple[Cell, ...] = ((),) * 6
_TAB = 4
_LONGEST = 200
"""Characters of a source line that are shown at most, also where no terminal bounds the width."""


def files_document(profile: Profile, view: Lines, texts: Texts, per_file: int | None) -> Document:
    """Return the files for people to read, each with its ``per_file`` hottest lines."""
    scale = scale_of(profile.value_types[view.options.value_type], view.total)
    first = _sorted_by(view)
    rows: list[Sequence[Cell]] = []
    for row, number in enumerate(view.file.tolist()):
        file = profile.strings[number]
        if row:
            rows.append(BLANK)
        rows.append(
            (
                *_figures(
                    scale,
                    (view.file_self[row], view.file_charged[row], view.file_total[row]),
                    view.total,
                ),
                (),
                plain(escape(file), "title"),
            )
        )
        mine = np.flatnonzero(view.row == row)
        mine = mine[np.lexsort((view.line[mine], -view.total_values[mine], -first[mine]))].tolist()
        rows += [_line_cells(scale, view, n, texts.get(file)) for n in mine[:per_file]]
    lines = [shown_of(len(view.file), view.files, "file")]
    if view.self_below and view.options.sort == "self":
        lines[0] += f"; {percent(view.self_below, view.total)} of the time is below"
    if view.elsewhere and view.options.sort == "self":
        lines.append(
            f"{percent(view.elsewhere, view.total)} of the time is in code without a source"
        )
    if len(view.file) and not len(view.line):
        lines.append(_NO_LINES)
    lines += _of_texts(profile, view, texts)
    return Document(
        [
            heading(
                profile,
                view.options.value_type,
                view.total,
                include_idle=view.options.include_idle,
            ),
            Table(_columns(view, scale), rows),
            notes(*lines),
        ]
    )


def annotated_document(
    profile: Profile,
    view: Lines,
    text: SourceText | None,
    *,
    context: int | None,
    min_share: float,
) -> Document:
    """Return one file for people to read, each line with its figures.

    Lines are shown that have at least ``min_share`` of the whole, and ``context`` lines around
    them; all lines for None.
    """
    scale = scale_of(profile.value_types[view.options.value_type], view.total)
    file = profile.strings[view.file[0]]
    place = {line: n for n, line in enumerate(view.line.tolist())}
    least = min_share * abs(view.total)
    weight = np.maximum(np.abs(view.total_values), np.abs(view.self_values)).tolist()
    hot = [line for line, n in place.items() if weight[n] >= least]
    length = max([len(text.lines) if text else 0, *place])
    shown = _shown(hot, length, context, has_text=text is not None)
    rows: list[Sequence[Cell]] = []
    before = 0
    for line in shown:
        if line > before + 1 and text is not None:
            rows.append(_gap(line - before - 1))
        if line in place:
            rows.append(_line_cells(scale, view, place[line], text))
        else:
            rows.append((*_NO_FIGURES, plain(str(line), "dim"), _source(text, line)))
        before = line
    if text is not None and before < length:
        rows.append(_gap(length - before))
    own_part = percent(int(view.file_self[0]), view.total)
    charged_part = percent(int(view.file_charged[0]), view.total)
    whole_part = percent(int(view.file_total[0]), view.total)
    lines = [
        f"{_named([file])}: {own_part} in it, {charged_part} charged to it, {whole_part} in all"
    ]
    cold = len(place) - sum(line in place for line in shown)
    if cold:
        lines.append(f"{count(cold, 'line')} with less than {100 * min_share:g} % left out")
    own = int(view.unplaced[0])
    charge = int(view.file_charged[0]) - int(view.charged_values.sum())
    if own or charge:
        parts = f"{percent(own, view.total)} in it, {percent(charge, view.total)} charged to it"
        lines.append(f"of that the recording does not tell the line: {parts}")
    if not place:
        lines.append(_NO_LINES)
    lines += _of_texts(profile, view, {file: text})
    return Document(
        [
            heading(
                profile,
                view.options.value_type,
                view.total,
                include_idle=view.options.include_idle,
            ),
            Table(_columns(view, scale), rows),
            notes(*lines),
        ]
    )


_NO_LINES = "the recording tells no lines of it, only functions: see profkit top"


def _sorted_by(view: Lines) -> npt.NDArray[np.int64]:
    by = {"self": view.self_values, "charged": view.charged_values, "total": view.total_values}
    return by[view.options.sort]


def _columns(view: Lines, scale: Scale) -> list[Column]:
    columns = []
    for name in ORDERS:
        is_main = name == view.options.sort
        columns += [
            Column(f"{name} {scale.label}", "right", rank=3),
            Column(f"{name} %", "right", rank=0 if is_main else 2 if name == "charged" else 1),
        ]
    return [*columns, Column("line", "right"), Column("source", least=12)]


def _figures(scale: Scale, figures: Sequence[np.int64], total: int) -> tuple[Cell, ...]:
    """Return the cells of a row's values; those of 0 stay empty."""
    cells: list[Cell] = []
    for value in map(int, figures):
        cells += [plain(scale.format(value)), share_cell(value, total)] if value else [(), ()]
    return tuple(cells)


def _line_cells(scale: Scale, view: Lines, row: int, text: SourceText | None) -> tuple[Cell, ...]:
    line = int(view.line[row])
    figures = (view.self_values[row], view.charged_values[row], view.total_values[row])
    return (
        *_figures(scale, figures, view.total),
        plain(str(line), "dim"),
        _source(text, line),
    )


def _source(text: SourceText | None, line: int) -> Cell:
    if text is None or line > len(text.lines):
        return ()
    # Bounded first: a line of generated code may be the whole file.
    shown = escape(text.lines[line - 1][: _LONGEST + 1].expandtabs(_TAB).rstrip())
    return plain(shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…")


def _gap(lines: int) -> tuple[Cell, ...]:
    return (*_NO_FIGURES, plain("...", "dim"), plain(count(lines, "line"), "dim"))


def _shown(hot: Sequence[int], length: int, context: int | None, *, has_text: bool) -> list[int]:
    """Return the lines to show, in order; without a text those that have figures."""
    if not has_text:
        return sorted(hot)
    if context is None:
        return list(range(1, length + 1))
    around = {
        near
        for line in hot
        for near in range(max(line - context, 1), min(line + context, length) + 1)
    }
    # A single line left out would take as much room as itself.
    around |= {line + 1 for line in around if line + 2 in around}
    return sorted(around)


def _of_texts(profile: Profile, view: Lines, texts: Texts) -> list[str]:
    """Say of which files there is no text, or one that may not be what ran."""
    lines = []
    files = [profile.strings[number] for number in view.file.tolist()]
    missing = [file for file in files if texts.get(file) is None]
    if missing:
        lines.append(f"no text found of {_named(missing)} (see --source-root)")
    newer = [file for file in files if (text := texts.get(file)) and text.is_newer]
    if newer:
        lines.append(f"changed after the recording: {_named(newer)}; lines may have moved")
    last: dict[int, int] = {}
    for row, line in zip(view.row.tolist(), view.line.tolist(), strict=True):
        last[row] = max(last.get(row, 0), line)
    short = [
        files[row]
        for row, line in last.items()
        if (text := texts.get(files[row])) and line > len(text.lines)
    ]
    if short:
        lines.append(f"shorter than the lines that ran, so not what ran: {_named(short)}")
    return lines


def _named(files: Sequence[str]) -> str:
    more = len(files) - 1
    rest = f" and {count(more, 'more file')}" if more else ""
    return escape(short_file(files[0])) + rest
