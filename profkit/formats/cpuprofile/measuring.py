"""What each sample counts: how many samples it stands for, and how much time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.cpuprofile.timing import end_points, time_samples
from profkit.formats.cpuprofile.weighting import find_extra, reweigh, spread, usual_interval
from profkit.profile import ABSENT, Action
from profkit.profile.columns import sums_by

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.cpuprofile.nodes import NodeTable
    from profkit.formats.cpuprofile.schema import File
    from profkit.formats.registry import Weighing
    from profkit.profile import LedgerBook

    Ints = npt.NDArray[np.int64]

__all__ = ["Measured", "find_nodes", "measure_hits", "measure_samples"]

_EXTRA = "extra ones that V8 takes when code deoptimises"


@dataclass(frozen=True, slots=True)
class Measured:
    """Samples, in columns of one length, and when they were taken, in nanoseconds.

    ``node`` is the row of each one's node, ``count`` how many samples it stands for, ``duration``
    and ``time`` are None where the file does not tell. ``sampled`` and
    ``between`` (shape ``(nodes,)``) are how many samples each node of the file has, and how long
    these stand by the time between samples alone. With ``by_hits`` a row is no sample but
    all hits of a node.
    """

    node: Ints
    count: Ints
    duration: Ints | None = None
    time: Ints | None = None
    interval: int | None = None
    start: int | None = None
    end: int | None = None
    sampled: Ints | None = None
    between: Ints | None = None
    by_hits: bool = False


def measure_hits(file: File, table: NodeTable, source: str) -> Measured:
    """Let hit counts stand for the samples of a file that has none."""
    node = np.flatnonzero(table.hits > 0)
    hits = table.hits[node]
    start, end = end_points(file, source)
    if start is None or end is None or end <= start:
        return Measured(node, hits, by_hits=True)
    interval = round((end - start) / max(float(hits.sum(dtype=np.float64)), 1))
    duration = spread(hits, end - start)
    return Measured(node, hits, duration, interval=interval, start=start, end=end, by_hits=True)


def measure_samples(
    file: File,
    ids: Ints,
    table: NodeTable,
    source: str,
    ledger: LedgerBook,
    weigh: Weighing = "hits",
) -> Measured:
    """Count and time samples, but for those whose node is missing.

    Durations have the same sum however they are weighed: the time between samples.
    """
    node, known = find_nodes(file, ids, table, ledger)
    timing = time_samples(file, len(ids), source, ledger)
    if timing is None:
        return Measured(node[known], np.ones(int(known.sum()), np.int64))
    duration, time = timing.duration, timing.time
    timing.arrange(node)
    timing.arrange(known)
    if not known.all():
        node, duration, time = node[known], duration[known], time[known]
    count = sums_by(node, None, len(table))
    hits = np.where(table.hits < 0, count, table.hits)
    extra = find_extra(node, duration, hits)
    interval = usual_interval(duration, extra)
    between = sums_by(node, duration, len(table))
    if weigh == "hits":
        cause = f"{_EXTRA}: time moved to where the hits are"
        ledger.add(Action.REPAIRED, "samples", cause, int(extra.sum()))
        reweigh(duration, extra, interval)
    else:
        ledger.add(Action.USED, "samples", f"{_EXTRA}: like all others", int(extra.sum()))
        if weigh == "samples":
            duration = spread(np.broadcast_to(np.int64(1), node.shape), int(duration.sum()))
    ones = np.broadcast_to(np.int64(1), node.shape)
    return Measured(node, ones, duration, time, interval, timing.start, timing.end, count, between)


def find_nodes(
    file: File, ids: Ints, table: NodeTable, ledger: LedgerBook
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return the row of each sample's node, -1 where it is missing, and which are known.

    The rows may come in the place of ``ids``.
    """
    ledger.add(Action.READ, "samples", "all", len(ids))
    node = table.ids.find(ids)
    known = node != ABSENT
    if not known.all():
        ledger.add(
            Action.DROPPED,
            "samples",
            "of a node that does not exist",
            int((~known).sum()),
            f"{file.at}.samples[{int(np.flatnonzero(~known)[0])}]",
        )
    return node, known
