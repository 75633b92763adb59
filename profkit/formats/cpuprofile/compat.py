"""What other tools make of samples, to the microsecond.

Source: DevTools' ``CPUProfileDataModel``; the importer of speedscope 1.25; ``processTimeDeltas``
and ``reparentGcNodes`` of CPUpro 0.7.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from profkit.errors import EmptyInputError, UsageError
from profkit.formats.cpuprofile.functions import kind_of
from profkit.formats.cpuprofile.measuring import Measured, find_nodes
from profkit.formats.cpuprofile.placing import place_collections, place_on_top
from profkit.formats.cpuprofile.timing import end_points, time_samples
from profkit.formats.cpuprofile.weighting import spread
from profkit.profile import ABSENT, Action, Kind, LedgerBook

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from profkit.formats.cpuprofile.nodes import NodeTable
    from profkit.formats.cpuprofile.placing import Nodes
    from profkit.formats.cpuprofile.schema import CallFrame, File
    from profkit.formats.registry import Compat

    Ints = npt.NDArray[np.int64]
    _Tool = Callable[[File, NodeTable, Nodes, str, LedgerBook], tuple[Measured, Nodes]]

__all__ = ["measure_like"]

_PER_MICROSECOND = 1000
_MANY_INTERVALS = 2.5
_META = (Kind.PROGRAM, Kind.GC, Kind.IDLE)


def measure_like(
    tool: Compat, file: File, table: NodeTable, nodes: Nodes, source: str, ledger: LedgerBook
) -> tuple[Measured, Nodes]:
    """Measure samples as a tool does; returns them, and the nodes with those that it adds.

    Raises :class:`UsageError` where the file lacks what the tool needs.
    """
    return _TOOLS[tool](file, table, nodes, source, ledger)


def _like_devtools(
    file: File, table: NodeTable, nodes: Nodes, source: str, ledger: LedgerBook
) -> tuple[Measured, Nodes]:
    """Give each node its hits times the average interval."""
    hits = table.hits
    if not len(hits):
        raise EmptyInputError(source, "holds no samples")
    if hits[0] < 0:
        if file.samples is None:
            raise _lacks(source, "hit counts or samples")
        found, known = find_nodes(file, file.samples, table, ledger)
        hits = np.bincount(found[known], minlength=len(table))
    start, end = end_points(file, source)
    if start is None or end is None or end <= start:
        raise _lacks(source, "startTime and endTime")
    node = np.flatnonzero(hits > 0)
    count = hits[node]
    duration = spread(count, end - start)
    return Measured(node, count, duration, start=start, end=end, by_hits=True), nodes


def _like_devtools_timeline(
    file: File, table: NodeTable, nodes: Nodes, source: str, ledger: LedgerBook
) -> tuple[Measured, Nodes]:
    """Let each sample stand until the next, and the last as long as the average one."""
    ids = _needed(file.samples, source, "samples")
    node, known = find_nodes(file, ids, table, ledger)
    timing = time_samples(file, len(ids), source, ledger)
    if timing is None:
        raise _lacks(source, "times")
    duration = timing.duration.copy()
    if len(ids) > 1:
        duration[-1] = round(int(timing.time[-1] - timing.time[0]) / (len(ids) - 1))
    timing.arrange(node)
    timing.arrange(known)
    node = _without_single_programs(node[known], nodes)
    end = int(timing.time[-1] + duration[-1])
    measured = _measured(node, duration[known], timing.time[known], timing.start, end)
    nodes, node = place_collections(nodes, node, over_nothing=True)
    return _without_root(replace(measured, node=node), nodes, ledger), nodes


def _without_single_programs(node: Ints, nodes: Nodes) -> Ints:
    """Replace ``(program)`` alone between samples of one outermost function by the one before."""
    parent = nodes.parent
    is_top = (nodes.kind == Kind.ROOT) & (parent == ABSENT)
    top = np.arange(len(nodes))
    above = np.where((parent == ABSENT) | is_top[parent], top, parent)
    for _ in range(len(nodes).bit_length()):  # each turn looks up twice as far
        above = above[above]
    is_meta = np.isin(nodes.kind, _META)
    before, here, after = node[:-2], node[1:-1], node[2:]
    alone = (nodes.kind == Kind.PROGRAM)[here] & ~is_meta[before] & ~is_meta[after]
    alone &= above[before] == above[after]
    answer = node.copy()
    answer[1:-1][alone] = before[alone]
    return answer


def _like_speedscope(
    file: File, table: NodeTable, nodes: Nodes, source: str, ledger: LedgerBook
) -> tuple[Measured, Nodes]:
    """Let a sample stand until another stack is seen; time does not run back, it waits."""
    ids = _needed(file.samples, source, "samples")
    deltas = _deltas(file, len(ids), source)
    starts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1]))
    node, known = find_nodes(file, ids, table, ledger)
    elapsed = np.cumsum(deltas)
    time = np.maximum.accumulate(elapsed[starts])
    last = max(time[-1], elapsed[-1])
    kept = known[starts]
    bounds = np.append(time[kept], last)
    length = np.diff(bounds) * _PER_MICROSECOND
    # A run's time is its first sample's; the others of it only count.
    rows = known.nonzero()[0]
    duration = np.zeros(len(ids), np.int64)
    duration[starts[kept]] = np.rint(length).astype(np.int64)
    begin, end = end_points(file, source)
    node = node[rows]
    nodes, node = place_on_top(nodes, node)
    measured = Measured(node, np.ones(len(node), np.int64), duration[rows], start=begin, end=end)
    return _without_root(measured, nodes, ledger), nodes


def _like_cpupro(
    file: File, table: NodeTable, nodes: Nodes, source: str, ledger: LedgerBook
) -> tuple[Measured, Nodes]:
    """Let each sample stand until the next, the last until the end unless that is far away."""
    ids = _needed(file.samples, source, "samples")
    deltas = _deltas(file, len(ids), source)
    node, known = find_nodes(file, ids, table, ledger)
    order = _in_order(deltas)
    node, known = node[order], known[order]
    interval = _middle_as_text(deltas)
    whole = int(deltas.sum())
    start = int(file.start or 0)
    end = int(file.end or 0)
    if end < start + whole:
        end = start + whole + interval
    rest = max(0, end - start - whole)
    last = interval if rest > _MANY_INTERVALS * interval else rest
    duration = np.append(deltas[1:], last).astype(np.int64) * _PER_MICROSECOND
    time = (start + np.cumsum(deltas)).astype(np.int64) * _PER_MICROSECOND
    end *= _PER_MICROSECOND
    measured = _measured(
        node[known], duration[known], time[known], start * _PER_MICROSECOND, end,
        interval * _PER_MICROSECOND,
    )  # fmt: skip
    # It tells the collector's node by a script id that is the number 0, which V8 puts in quotes.
    if any(frame.script_id == 0 for frame in table.call_frames if _is_collector(frame)):
        nodes, moved = place_collections(nodes, measured.node, over_nothing=True)
        measured = replace(measured, node=moved)
    return measured, nodes


def _is_collector(frame: CallFrame) -> bool:
    return kind_of(frame) == Kind.GC


def _in_order(deltas: npt.NDArray[np.number]) -> Ints:
    """Mend negative deltas in place as CPUpro does; return the order that samples come to be in."""
    order = np.arange(len(deltas))
    if not (deltas < 0).any():
        return order
    for first in np.flatnonzero(deltas < 0).tolist():
        place, furthest = first, first
        while place <= min(furthest + 1, len(deltas) - 1):
            delta = deltas[place]
            if delta >= 0:
                place += 1
                continue
            furthest = max(furthest, place)
            if place < len(deltas) - 1:
                deltas[place + 1] += delta
            deltas[place] = 0 if place == 0 else -delta
            if place > 0:
                deltas[place - 1] += delta
                order[[place, place - 1]] = order[[place - 1, place]]
                place -= 1
            else:
                place += 1
    return order


def _middle_as_text(deltas: npt.NDArray[np.number]) -> int:
    """Return the delta in the middle of all in the order of their text, as JavaScript sorts."""
    distinct, count = np.unique(deltas, return_counts=True)
    by_text = sorted(range(len(distinct)), key=lambda place: str(distinct[place].item()))
    place = np.searchsorted(np.cumsum(count[by_text]), len(deltas) >> 1, side="right")
    return int(distinct[by_text[int(place)]])


def _measured(
    node: Ints, duration: Ints, time: Ints, start: int, end: int, interval: int | None = None
) -> Measured:
    return Measured(node, np.ones(len(node), np.int64), duration, time, interval, start, end)


def _without_root(measured: Measured, nodes: Nodes, ledger: LedgerBook) -> Measured:
    """Leave out samples of ``(root)``, in which these tools see no frame."""
    keep = nodes.kind[measured.node] != Kind.ROOT
    if keep.all():
        return measured
    cause = "of (root), which the tool does not show"
    ledger.add(Action.DROPPED, "samples", cause, int((~keep).sum()))
    columns = {
        name: None if column is None else column[keep]
        for name, column in (
            ("node", measured.node),
            ("count", measured.count),
            ("duration", measured.duration),
            ("time", measured.time),
        )
    }
    return replace(measured, **columns)  # type: ignore[arg-type]


def _needed(column: npt.NDArray[Any] | None, source: str, what: str) -> npt.NDArray[Any]:
    if column is None:
        raise _lacks(source, what)
    if not len(column):
        raise EmptyInputError(source, "holds no samples")
    return column


def _deltas(file: File, count: int, source: str) -> npt.NDArray[Any]:
    """Return a copy of the file's deltas, of which there are enough, and not too large ones."""
    deltas = _needed(file.deltas, source, "timeDeltas")
    time_samples(file, count, source, LedgerBook())  # which refuses what makes no sense
    wide = np.int64 if np.issubdtype(deltas.dtype, np.integer) else np.float64
    return np.array(deltas[:count], wide)


def _lacks(source: str, what: str) -> UsageError:
    return UsageError(f"{source}: the tool has no figures for a profile without {what}")


_TOOLS: dict[str, _Tool] = {
    "devtools": _like_devtools,
    "devtools-timeline": _like_devtools_timeline,
    "speedscope": _like_speedscope,
    "cpupro": _like_cpupro,
}
