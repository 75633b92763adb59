"""What a profile holds, and what was lost in reading it, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.formats import FORMATS
from profkit.profile import COUNT, Action, thread_name
from profkit.render.cells import heading, notes, plain, share_cell
from profkit.render.escape import escape
from profkit.render.ranking import ranking_parts
from profkit.render.tables import Cell, Column, Document, Paragraph, Table
from profkit.render.values import count, duration, noteworthy_losses, scale_of, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Profile
    from profkit.views.info import Info
    from profkit.views.ranking import Ranking

__all__ = ["info_document", "summary_document"]

_SINGULAR = {"libraries": "library"}
_LOSSES = (Action.REPAIRED, Action.DROPPED)


def info_document(profile: Profile, info: Info, limit: int | None = None) -> Document:
    """Return what a profile holds for people to read; ``limit`` bounds each table's rows."""
    parts: list[Table | Paragraph] = [
        Paragraph([plain(escape(profile.meta.source), "title")]),
        _facts(profile, info),
        _steps(profile),
        _values(info),
        *_limited(_threads(info), limit, "thread"),
    ]
    parts += _limited(_libraries(info), limit, "library", "libraries")
    parts.append(_ledger(profile))
    return Document([part for part in parts if isinstance(part, Paragraph) or part.rows])


def summary_document(profile: Profile, info: Info, ranking: Ranking) -> Document:
    """Return a profile in short for people to read: what it is, what was lost, what leads."""
    losses = noteworthy_losses(profile.ledger)
    lost = [notes(f"dropped or repaired in reading: {losses}")] if losses else []
    top = heading(profile, ranking.options.value_type, ranking.total)
    return Document([top, _facts(profile, info), *lost, *ranking_parts(profile, ranking)])


def _facts(profile: Profile, info: Info) -> Table:
    meta = profile.meta
    titles = {known.name: known.title for known in FORMATS}
    facts = [("format", ", ".join(titles.get(name, name) for name in meta.format.split(", ")))]
    if meta.producer:
        facts.append(("producer", meta.producer))
    if info.span is not None:
        facts.append(("span", duration(info.span)))
    if meta.interval is not None:
        facts.append(("interval", duration(meta.interval)))
    facts.append(("samples", f"{info.samples:,}"))
    sizes = [count(size, _SINGULAR.get(name, name[:-1]), name) for name, size in info.tables]
    facts.append(("tables", ", ".join(sizes)))
    facts.append(("deepest", count(info.depth, "frame")))
    facts += meta.facts
    rows = [(plain(escape(name), "dim"), plain(escape(text))) for name, text in facts]
    return Table([Column(""), Column("", least=24)], rows)


def _steps(profile: Profile) -> Table:
    """Return what each step left, of what there was before all of them."""
    rows = []
    for done in profile.applied:
        whole = profile.applied[0].before
        scale = scale_of(profile.value_types[0], whole.values[0])
        rows.append(
            (
                plain(escape(done.words)),
                plain(f"{done.after.samples:,}"),
                plain(scale.with_label(done.after.values[0])),
                plain(share(done.after.values[0], whole.values[0])),
            )
        )
    columns = [
        Column("asked for", least=24),
        Column("samples", "right"),
        Column("left", "right"),
        Column("%", "right"),
    ]
    return Table(columns, rows)


def _values(info: Info) -> Table:
    rows = []
    for value in info.value_sums:
        scale = scale_of(value.value_type, value.total)
        rows.append(
            (
                plain(escape(value.value_type.type)),
                plain(escape(value.value_type.unit)),
                plain(scale.with_label(value.total)),
                plain(scale.with_label(value.idle)),
                plain(share(value.idle, value.total)),
            )
        )
    columns = [
        Column("value", least=12),
        Column("unit", least=8),
        Column("total", "right"),
        Column("idle", "right"),
        Column("%", "right"),
    ]
    return Table(columns, rows)


def _threads(info: Info) -> Table:
    first = info.value_sums[0]
    scale = scale_of(first.value_type, first.total)
    rows = [
        (
            plain(escape(thread_name(use.thread))),
            plain(escape(_process(use.thread.process_name, use.thread.process_id))),
            plain(str(use.thread.thread_id) if use.thread.thread_id >= 0 else ""),
            plain(f"{use.samples:,}"),
            *((plain(scale.format(use.values[0])),) if first.value_type.unit != COUNT else ()),
            plain(share(use.values[0], first.total)),
        )
        for use in info.threads
    ]
    columns = [
        Column("thread", least=16),
        Column("process", least=8),
        Column("id", "right", rank=1),
        Column("samples", "right"),
        *((Column(scale.label, "right"),) if first.value_type.unit != COUNT else ()),
        Column("%", "right"),
    ]
    return Table(columns, rows)


def _process(name: str, number: int) -> str:
    return " ".join(part for part in (name, str(number) if number >= 0 else "") if part)


def _libraries(info: Info) -> Table:
    first = info.value_sums[0]
    scale = scale_of(first.value_type, first.total)
    used = (use for use in info.libraries if use.self_value)
    ranked = sorted(used, key=lambda use: (-use.self_value, use.library.path))
    rows = [
        (
            plain(scale.format(use.self_value)),
            share_cell(use.self_value, first.total),
            plain(escape(use.library.path)),
            plain(f"{use.library.start:#x}-{use.library.end:#x}", "dim"),
        )
        for use in ranked
    ]
    columns = [
        Column(f"self {scale.label}", "right"),
        Column("%", "right"),
        Column("library", least=24, cut="start"),
        Column("mapped", rank=1),
    ]
    return Table(columns, rows)


def _ledger(profile: Profile) -> Table:
    fates = list(Action)
    rows = [
        (
            plain(entry.action.value, "warm" if entry.action in _LOSSES else ""),
            plain(f"{entry.count:,}"),
            plain(escape(entry.unit)),
            plain(escape(entry.cause)),
            plain(escape(entry.example), "dim"),
        )
        for entry in sorted(profile.ledger.entries, key=lambda entry: fates.index(entry.action))
    ]
    columns = [
        Column("in reading"),
        Column("count", "right"),
        Column(""),
        Column("cause", least=24),
        Column("first at", least=8),
    ]
    return Table(columns, rows)


def _limited(
    table: Table, limit: int | None, noun: str, plural: str = ""
) -> Sequence[Table | Paragraph]:
    hidden = len(table.rows) - (limit if limit is not None else len(table.rows))
    if hidden <= 0:
        return [table]
    more = count(hidden, f"more {noun}", f"more {plural}" if plural else "")
    last: list[Cell] = [plain(f"{more} not shown", "dim")]
    return [Table(table.columns, table.rows[:limit]), Paragraph(last)]
