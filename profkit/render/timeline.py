"""A timeline in blocks, and the longest stretches in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.profile import function_name, thread_name
from profkit.render.cells import kept, notes, plain
from profkit.render.escape import escape
from profkit.render.tables import Cell, Column, Document, Paragraph, Table
from profkit.render.values import count, duration, share, shown_of, time_axis
from profkit.symbols.packages import NODE, STDLIB
from profkit.views.activity import Activity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile import Profile
    from profkit.views.timeline import Timeline

__all__ = ["room_for_blocks", "timeline_document"]

_BLOCKS = " ▁▂▃▄▅▆▇█"
_WIDEST_NAME = 16
_LABELS = len("activity") + len("100.0") + 6
"""The columns that stand before the blocks, but for the thread's name, and the space between."""
_LEAST_BLOCKS = 8
_NAMES = 4


def room_for_blocks(profile: Profile, width: int) -> int:
    """Return how many blocks a line of this width has room for."""
    names = [len(escape(thread_name(t))) for t in profile.threads if len(t.samples)]
    name = min(max([len("thread"), *names]), _WIDEST_NAME)
    return max(width - _LABELS - name, _LEAST_BLOCKS)


def timeline_document(profile: Profile, view: Timeline) -> Document:
    """Return what threads did over time for people to read, and the longest stretches."""
    parts: list[Table | Paragraph] = [_heading(profile, view), _blocks(profile, view)]
    stretches = view.stretches
    if len(stretches):
        parts.append(_stretches(profile, view))
    lines = [shown_of(len(stretches), stretches.found, "stretch", "stretches")]
    unknown = _unknown(view)
    if unknown:
        lines.append(f"nothing is known of {unknown} of the time: it has no samples")
    if view.untimed:
        lines.append(f"{count(view.untimed, 'thread')} without times left out")
    return Document([*parts, notes(*lines)])


def _heading(profile: Profile, view: Timeline) -> Paragraph:
    facts = [
        duration(int(view.edges[-1] - view.edges[0])),
        count(profile.sample_count, "sample"),
        count(len(view.threads), "thread"),
        f"a block is {duration(_block(view))}",
        *kept(profile, 0, include_idle=True),
    ]
    return Paragraph([((escape(profile.meta.source), "title"), (f"  {', '.join(facts)}", "dim"))])


def _block(view: Timeline) -> int:
    return int(view.edges[-1] - view.edges[0]) // view.options.buckets


def _unknown(view: Timeline) -> str:
    """Return how much of all threads' time no sample tells of, where that shows."""
    whole = int(view.edges[-1] - view.edges[0]) * len(view.threads)
    missing = whole - view.total
    text = share(missing, whole)
    return f"{text} %" if whole and text != "0.0" else ""


def _blocks(profile: Profile, view: Timeline) -> Table:
    lengths = (view.edges[1:] - view.edges[:-1]).tolist()
    rows: list[Sequence[Cell]] = []
    for row, number in enumerate(view.threads.tolist()):
        name = plain(escape(thread_name(profile.threads[number])))
        spent = view.activity[row]
        for kind in Activity:
            mine = int(spent[kind].sum())
            if not mine:
                continue
            blocks = "".join(map(_block_of, spent[kind].tolist(), lengths))
            rows.append(
                (
                    name,
                    plain(kind.label, f"block-{kind.label}"),
                    plain(share(mine, int(spent.sum()))),
                    plain(blocks, f"block-{kind.label}"),
                )
            )
            name = ()
    if rows:
        whole = int(view.edges[-1] - view.edges[0])
        rows.append(((), (), (), plain(time_axis(whole, view.options.buckets), "dim")))
    columns = [
        Column("thread", least=6),
        Column("activity"),
        Column("%", "right"),
        Column("time" if rows else ""),
    ]
    return Table(columns, rows)


def _block_of(spent: int, length: int) -> str:
    """Return the block for a part's share; the lowest one for anything at all."""
    eighths = round(8 * spent / length) if length else 0
    return _BLOCKS[min(max(eighths, 1), 8) if spent else 0]


def _stretches(profile: Profile, view: Timeline) -> Table:
    found = view.stretches
    rows = []
    for row in range(len(found)):
        length = int(found.end[row] - found.start[row])
        rows.append(
            (
                plain(duration(length)),
                plain(duration(int(found.start[row] - view.edges[0]))),
                plain(f"{found.samples[row]:,}"),
                plain(escape(thread_name(profile.threads[found.thread[row]])))
                if len(view.threads) > 1
                else (),
                _shortened(profile, found.stacks[row], length),
            )
        )
    columns = [
        Column("longest", "right"),
        Column("from", "right"),
        Column("samples", "right", rank=2),
        Column("thread", least=6, rank=1),
        Column("heaviest stack", least=24, cut="middle"),
    ]
    return Table(columns, rows)


def _shortened(profile: Profile, stack: Sequence[tuple[int, int]], length: int) -> Cell:
    """Return a stack's root, what most of the time was spent below, and its leaf.

    Of the functions that more than half of the time was spent below the last ones are taken that
    are not the runtime's own: those that can be changed.
    """
    own = [
        place
        for place, (function, spent) in enumerate(stack)
        if 2 * spent > length and _is_changeable(profile, function)
    ]
    chosen = sorted({*range(min(1, len(stack))), *own[-(_NAMES - 2) :], len(stack) - 1})
    spans: list[tuple[str, str]] = []
    for before, place in zip([-1, *chosen], chosen, strict=False):
        if place < 0:
            continue
        if spans:
            spans.append((" → " if place == before + 1 else " → … → ", "dim"))
        function, _ = stack[place]
        spans.append((escape(function_name(profile, function)), _style(profile, function)))
    return tuple(spans)


def _is_changeable(profile: Profile, function: int) -> bool:
    package = profile.text(int(profile.functions.package[function]))
    return bool(package) and package not in (NODE, STDLIB)


def _style(profile: Profile, function: int) -> str:
    package = profile.text(int(profile.functions.package[function]))
    if not package or package in (NODE, STDLIB):
        return ""
    return "app" if package == "(app)" else "package"
