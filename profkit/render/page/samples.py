"""The samples of a thread as rows of a page: all of them, or so many that a browser copes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import sums_by
from profkit.transforms.times import recorded_span
from profkit.views.activity import longest_gap, spans

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile, SampleTable

    Integers = npt.NDArray[np.integer]

__all__ = ["Rows", "Times", "bounded", "rows_of", "summed"]


@dataclass(frozen=True, slots=True)
class Times:
    """When samples were taken, and the spans that they stand for.

    Nanoseconds from the recording's start; columns of shape ``(rows,)``.
    """

    taken: Integers
    start: Integers
    end: Integers


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a thread: a node (shape ``(rows,)``) and its values (``(rows, value_types)``).

    ``times`` is None where the format has none; there is one row for each node then.
    """

    node: Integers
    values: Integers
    times: Times | None = None

    def __len__(self) -> int:
        return len(self.node)


def rows_of(profile: Profile, samples: SampleTable) -> Rows:
    """Return the samples in their order; without times the sums of each node."""
    recorded = recorded_span(profile)
    if samples.time is None or recorded is None:
        return summed(samples.node, samples.values)
    start, end = spans(profile, samples, longest_gap(profile))
    begin = recorded[0]
    times = Times(samples.time - begin, start - begin, end - begin)
    return Rows(samples.node, samples.values, times)


def summed(node: Integers, values: Integers) -> Rows:
    """Return one row for each node that occurs."""
    used, row_of = np.unique(node, return_inverse=True)
    sums = [sums_by(row_of, value, len(used)) for value in values.T]
    return Rows(used, np.stack(sums, axis=1) if sums else np.zeros((len(used), 0), np.int64))


def bounded(rows: Rows, limit: int) -> Rows:
    """Return the same in at most ``limit`` rows, which must be above 0.

    First, rows of one node that follow one another without a gap become one. Where that does not
    do, so do neighbours of any nodes: as many as need be, in the node that took the longest.
    """
    times = rows.times
    if len(rows) <= limit or times is None:
        return rows
    goes_on = (rows.node[1:] == rows.node[:-1]) & (times.start[1:] <= times.end[:-1])
    rows = _joined(rows, np.flatnonzero(np.append(True, ~goes_on)))
    if len(rows) <= limit:
        return rows
    many = -(-len(rows) // limit)
    first = np.arange(0, len(rows), many)
    lasts = rows.times.end - rows.times.start if rows.times else rows.node
    group = np.arange(len(rows)) // many
    longest = np.lexsort((lasts, group))[np.append(first[1:], len(rows)) - 1]
    return replace(_joined(rows, first), node=rows.node[longest])


def _joined(rows: Rows, first: npt.NDArray[np.intp]) -> Rows:
    """Join rows: each goes to the last of ``first`` that is not after it."""
    values = np.add.reduceat(rows.values, first, axis=0)
    times = rows.times
    if times is not None:
        last = np.append(first[1:], len(rows)) - 1
        times = Times(times.taken[first], times.start[first], times.end[last])
    return Rows(rows.node[first], values, times)
