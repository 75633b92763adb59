"""Lines of functions, from the position ticks of nodes.

V8 counts for each node the lines that its hits fell on. Which sample fell on which line is not in
the file. So a node's samples are dealt out to its lines in proportion to their ticks, in the order
of time, and its time is divided in the same proportion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, Action
from profkit.profile.columns import unique_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.cpuprofile.measuring import Measured
    from profkit.formats.cpuprofile.nodes import NodeTable
    from profkit.formats.cpuprofile.placing import Nodes
    from profkit.profile import LedgerBook, ProfileBuilder

    Ints = npt.NDArray[np.int64]

__all__ = ["LineTable", "add_lines", "deal_out", "lines_of"]


@dataclass(frozen=True, slots=True)
class LineTable:
    """One row a line of a node, in the order of nodes; columns of shape ``(lines,)``.

    ``node`` is the node's row, ``line`` 1-based and -1 for hits whose line is unknown, ``ticks``
    how many hits fell on it, above 0.
    """

    node: Ints
    line: Ints
    ticks: Ints


def lines_of(table: NodeTable, ledger: LedgerBook) -> LineTable:
    """Return the lines of all nodes that have some; those of hits beyond the ticks are unknown.

    Nodes that have more ticks than hits contradict themselves, and have none.
    """
    if table.ticks is None:
        nothing = np.zeros(0, np.int64)
        return LineTable(nothing, nothing, nothing)
    node, line, ticks = table.ticks.T
    line = np.where(line > 0, line, ABSENT)
    ticked = np.zeros(len(table), np.int64)
    np.add.at(ticked, node, ticks)
    wrong = (table.hits >= 0) & (ticked > table.hits)
    ledger.add(Action.DROPPED, "lines", "of nodes with more of them than hits", wrong[node].sum())
    rest = np.flatnonzero((ticked > 0) & (table.hits > ticked))
    sound = ~wrong[node] & (ticks > 0)
    node = np.concatenate([node[sound], rest])
    line = np.concatenate([line[sound], np.full(len(rest), ABSENT)])
    ticks = np.concatenate([ticks[sound], (table.hits - ticked)[rest]])
    order = np.argsort(node, kind="stable")
    return LineTable(node[order], line[order], ticks[order])


def deal_out(measured: Measured, lines: LineTable) -> tuple[Measured, Ints]:
    """Deal each node's samples out to its lines.

    Returns the samples and the line of each, -1 where that is unknown. The sum of a node's values
    is unchanged. Its time is divided in proportion to ticks, as far as there are samples for all
    lines; where a row is all hits of a node, there is one for each line.
    """
    first = np.searchsorted(lines.node, measured.node)
    count = np.searchsorted(lines.node, measured.node, side="right") - first
    if measured.by_hits:
        measured, row, number = _split(measured, first, count)
        first, count = first[row], count[row]
    else:
        number = _numbers(measured.node, first, count, lines.ticks)
    rows = np.flatnonzero(number != ABSENT)
    if not len(rows):
        return measured, number
    rows = rows[np.lexsort((number[rows], measured.node[rows]))]
    ends = np.append(0, np.cumsum(lines.ticks))
    before, whole = ends[first[rows]], ends[(first + count)[rows]] - ends[first[rows]]
    place, members = _runs(number[rows])
    at = number[rows]
    done = (ends[at] - before + lines.ticks[at] * ((place + 1) / members)) / whole
    duration, hits = measured.duration, measured.count
    if duration is not None:
        duration = _divided(duration, rows, measured.node, done)
    if measured.by_hits:
        hits = _divided(hits, rows, measured.node, done)
    line = np.append(lines.line, ABSENT)[number]
    return replace(measured, count=hits, duration=duration), line


def _split(measured: Measured, first: Ints, count: Ints) -> tuple[Measured, Ints, Ints]:
    """Repeat each row for each of its lines; the first keeps the values.

    Returns the samples, the row that each was, and the number of its line.
    """
    times = np.maximum(count, 1)
    row = np.repeat(np.arange(len(count)), times)
    place = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    number = np.where(count[row] > 0, first[row] + place, ABSENT)
    hits = np.where(place == 0, measured.count[row], 0)
    duration = measured.duration
    if duration is not None:
        duration = np.where(place == 0, duration[row], 0)
    split = replace(measured, node=measured.node[row], count=hits, duration=duration)
    return split, row, number


def _numbers(node: Ints, first: Ints, count: Ints, ticks: Ints) -> Ints:
    """Return the number of each sample's line: of ``n`` samples the ``i``-th has that at i/n."""
    number = np.full(len(node), ABSENT, np.int64)
    rows = np.flatnonzero(count > 0)
    if len(rows):
        rows = rows[np.argsort(node[rows], kind="stable")]
        ends = np.append(0, np.cumsum(ticks))
        before = ends[first[rows]]
        whole = ends[first[rows] + count[rows]] - before
        place, size = _runs(node[rows])
        # In floating point, lest hostile counts overflow; exact where they are below 2^52.
        target = np.floor((place + 0.5) * (whole / size)).astype(np.int64)
        found = np.searchsorted(ends, before + np.minimum(target, whole - 1), side="right") - 1
        number[rows] = found
    return number


def _divided(value: Ints, rows: Ints, node: Ints, done: npt.NDArray[np.float64]) -> Ints:
    """Divide each node's value among its ``rows``; ``done`` is its share until the end of each."""
    place, size = _runs(node[rows])
    is_first, is_last = place == 0, place + 1 == size
    total = np.repeat(np.add.reduceat(value[rows], np.flatnonzero(is_first)), size[is_first])
    until = np.where(is_last, total, np.rint(total * done).astype(np.int64))
    answer = value.copy()
    answer[rows] = until - np.where(is_first, 0, np.roll(until, 1))
    return answer


def add_lines(
    nodes: Nodes, node: Ints, line: Ints, function: Ints, builder: ProfileBuilder
) -> tuple[Nodes, Ints]:
    """Give samples whose ``line`` is known nodes of their own, beside that of the function.

    ``function`` is that of each row of the file. Returns the nodes, and the samples' rows anew.
    """
    known = np.flatnonzero(line != ABSENT)
    first, number = unique_rows(node[known], line[known])
    row, place = node[known][first], line[known][first]
    pairs = zip(function[row].tolist(), place.tolist(), strict=True)
    frame = np.array([builder.frame(*pair) for pair in pairs], np.int64)
    answer = node.copy()
    answer[known] = len(nodes) + number
    return nodes.grown(nodes.parent[row], frame, nodes.kind[row]), answer


def _runs(key: Ints) -> tuple[Ints, Ints]:
    """Return each item's place in its run of equal keys, and that run's length."""
    starts = np.flatnonzero(np.diff(key, prepend=key[:1] - 1))
    size = np.diff(np.append(starts, len(key)))
    return np.arange(len(key)) - np.repeat(starts, size), np.repeat(size, size)
