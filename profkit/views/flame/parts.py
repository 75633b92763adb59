"""From a profile to a flame graph: a part for all threads or for each, and what is not drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT
from profkit.profile.columns import concat, indexes, values
from profkit.views.flame.chart import by_time, timed_spans
from profkit.views.flame.graph import FlameGraph, FlameOptions, FlamePart
from profkit.views.flame.stacks import Boxes, measure, named_stacks, turned_over, upright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.views.flame.graph import FlameChange
    from profkit.views.flame.stacks import Measured, NamedStacks

    Numbers = npt.NDArray[np.int64]

__all__ = ["Part", "flame", "joined_parts", "stand"]


class Part(NamedTuple):
    """A part that is laid out: its thread, -1 for all, its whole, and what stands on that."""

    thread: int
    total: int
    own: int
    boxes: Boxes


def flame(profile: Profile, options: FlameOptions | None = None) -> FlameGraph:
    """Lay out a flame graph, frames of one function merged.

    Boxes without any value are not part of the graph, so they do not count as pruned.

    Raises :class:`UsageError` where a value is negative: a difference has no widths; and for a
    chart where no sample has a time.

    >>> import profkit
    >>> graph = profkit.flame(profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz"))
    >>> graph.total, graph.levels, graph.pruned
    (5849, 72, 0)
    """
    options = options or FlameOptions()
    if options.layout == "chart":
        return _chart(profile, options)
    sampled = profile.self_values(options.value_type)
    if int(sampled.min(initial=0)) < 0:
        raise UsageError("a flame graph cannot show negative values")
    stacks = named_stacks(profile)
    parts, whole = [], 0
    for thread, part in _threads(profile, apart=options.per_thread):
        measured = part.self_values(options.value_type, include_idle=options.include_idle)
        total = int(measured.sum())
        whole += total
        if total or thread == ABSENT:
            boxes = stand(options)(stacks, measure(profile, stacks, measured), options.least(total))
            parts.append(Part(thread, total, 0, boxes))
    used = sum(len(thread.samples) > 0 for thread in profile.threads)
    return joined_parts(
        profile,
        options,
        parts,
        idle=int(sampled.sum()) - whole,
        left_out=used - len(parts) if options.per_thread else 0,
    )


def stand(options: FlameOptions) -> Callable[[NamedStacks, Measured, int], Boxes]:
    """Return what stands boxes on one another, in a graph or a heavy one."""
    return turned_over if options.layout == "heavy" else upright


def _threads(profile: Profile, *, apart: bool) -> Iterable[tuple[int, Profile]]:
    """Yield what the parts show: all threads, or each that has samples."""
    if not apart:
        yield ABSENT, profile
        return
    for number, thread in enumerate(profile.threads):
        if len(thread.samples):
            yield number, profile.replace(threads=(thread,))


def _chart(profile: Profile, options: FlameOptions) -> FlameGraph:
    found, untimed = timed_spans(profile, include_idle=options.include_idle)
    shown = {n: spans for n, spans in found.items() if len(spans.node)}
    begin = min((int(spans.start[0]) for spans in shown.values()), default=0)
    whole = max((int(spans.end[-1]) for spans in shown.values()), default=begin) - begin
    stacks = named_stacks(profile)
    parts = []
    for thread, spans in shown.items():
        boxes = by_time(profile, stacks, spans, begin=begin, least=options.least(whole))
        blank = whole - int((spans.end - spans.start).sum())
        parts.append(Part(thread, whole, blank, boxes))
    return joined_parts(
        profile,
        options,
        parts,
        idle=sum(spans.idle for spans in found.values()),
        left_out=untimed,
        start=begin,
    )


def joined_parts(
    profile: Profile,
    options: FlameOptions,
    parts: Sequence[Part],
    *,
    idle: int,
    left_out: int,
    start: int = 0,
    change: Callable[[Boxes], FlameChange] | None = None,
) -> FlameGraph:
    """Put the parts one after the other, the box of everything at the head of each.

    ``change`` makes of the boxes of the only part what is said of a difference.
    """
    parts = parts or [Part(ABSENT, 0, 0, _NO_BOXES)]
    kept = _widest(parts, options.max_boxes)
    sizes = [len(rows) + 1 for rows in kept]
    ends = np.cumsum(sizes).tolist()

    def column(name: str, heads: Iterable[int]) -> Numbers:
        found = zip(parts, kept, heads, strict=True)
        pieces = [np.append(head, getattr(part.boxes, name)[rows]) for part, rows, head in found]
        return concat(pieces, np.int64)

    zeros = [0] * len(parts)
    own = column("own", [part.own for part in parts])
    drawn_self = int(own.sum()) - sum(part.own for part in parts)
    missing = sum(part.boxes.cut + int(part.boxes.own.sum()) for part in parts) - drawn_self
    return FlameGraph(
        profile=profile,
        options=options,
        parts=tuple(
            FlamePart(part.thread, end - size, end, part.total)
            for part, size, end in zip(parts, sizes, ends, strict=True)
        ),
        function=indexes(column("function", [ABSENT] * len(parts))),
        depth=indexes(column("depth", zeros)),
        x=values(column("x", zeros)),
        self_values=values(own),
        total_values=values(column("total", [part.total for part in parts])),
        tier=indexes(column("tier", zeros)),
        pruned=sum(part.boxes.existing for part in parts) - sum(map(len, kept)),
        pruned_self=missing,
        idle=idle,
        start=start,
        threads_left_out=left_out,
        change=change(_only(parts[0].boxes, kept[0])) if change else None,
    )


def _only(boxes: Boxes, rows: Numbers) -> Boxes:
    return boxes._replace(
        function=boxes.function[rows],
        sides=boxes.sides[:, rows],
        sides_own=boxes.sides_own[:, rows],
    )


def _widest(parts: Sequence[Part], limit: int) -> list[Numbers]:
    """Return the rows of each part that are drawn; with a box what it stands on, which is wider."""
    sizes = [len(part.boxes.total) for part in parts]
    if sum(sizes) <= limit:
        return [np.arange(size) for size in sizes]
    wholes = np.repeat([max(part.total, 1) for part in parts], sizes)
    share = np.concatenate([part.boxes.total for part in parts]) / wholes
    depth = np.concatenate([part.boxes.depth for part in parts])
    number = np.arange(len(share))
    is_drawn = np.zeros(len(share), bool)
    is_drawn[np.lexsort((number, depth, -share))[:limit]] = True
    return [np.flatnonzero(piece) for piece in np.split(is_drawn, np.cumsum(sizes)[:-1])]


_NONE = np.zeros(0, np.int64)
_NO_SIDES = np.zeros((0, 0), np.int64)
_NO_BOXES = Boxes(_NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NO_SIDES, _NO_SIDES, 0, 0)
