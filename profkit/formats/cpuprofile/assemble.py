"""From decoded columns to a profile: functions, the tree, and what each sample counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError
from profkit.formats.cpuprofile.functions import intern, kind_of
from profkit.formats.cpuprofile.nodes import tabulate
from profkit.formats.cpuprofile.timing import end_points, time_samples
from profkit.formats.cpuprofile.weighting import find_extra, reweigh, spread, usual_interval
from profkit.profile import (
    ABSENT,
    COUNT,
    NANOSECONDS,
    Action,
    Kind,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.cpuprofile.nodes import NodeTable
    from profkit.formats.cpuprofile.schema import File
    from profkit.profile import LedgerBook, Profile
    from profkit.profile.columns import IndexColumn

    Ints = npt.NDArray[np.int64]

__all__ = ["assemble"]

_CPU = ValueType("cpu", NANOSECONDS)
_SAMPLES = ValueType("samples", COUNT)

# How node --cpu-prof names its files: CPU.<day>.<time>.<process>.<thread>.<number>.cpuprofile
_NODE_FILE = re.compile(r"CPU\.\d{8}\.\d{6}\.(\d+)\.(\d+)\.\d+\.cpuprofile")


@dataclass(frozen=True, slots=True)
class _Measured:
    """Samples, in columns of one length, and when they were taken, in nanoseconds.

    ``node`` is the row of each one's node, ``count`` how many samples it stands for, ``duration``
    and ``time`` are None where the file does not tell.
    """

    node: Ints
    count: Ints
    duration: Ints | None = None
    time: Ints | None = None
    interval: int | None = None
    start: int | None = None
    end: int | None = None


def assemble(file: File, source: str) -> Profile:
    """Make the profile of a decoded file.

    Raises :class:`FormatError` where the call tree or the times make no sense, and
    :class:`EmptyInputError` where nothing was sampled.
    """
    builder = ProfileBuilder()
    table = tabulate(file.nodes, source, file.nodes_at)
    builder.ledger.add(Action.READ, "nodes", "all", len(table))
    if file.samples is None or not len(file.samples):
        measured = _measure_hits(file, table, source)
    else:
        measured = _measure_samples(file, file.samples, table, source, builder.ledger)
    if not len(measured.node):
        raise EmptyInputError(source, "holds no samples")
    tree, node = _build_tree(table, measured.node, builder)
    meta = Meta(
        format="cpuprofile",
        source=source,
        start_time=measured.start,
        end_time=measured.end,
        interval=measured.interval or None,
    )
    if measured.duration is None:
        types, columns = [_SAMPLES], [measured.count]
    else:
        types, columns = [_CPU, _SAMPLES], [measured.duration, measured.count]
    samples = SampleTable(node, np.stack(columns, axis=1), measured.time)
    return builder.finish(meta, types, tree, [_thread(source, samples)])


def _measure_hits(file: File, table: NodeTable, source: str) -> _Measured:
    """Let hit counts stand for the samples of a file that has none."""
    node = np.flatnonzero(table.hits > 0)
    hits = table.hits[node]
    start, end = end_points(file, source)
    if start is None or end is None or end <= start:
        return _Measured(node, hits)
    interval = round((end - start) / max(float(hits.sum(dtype=np.float64)), 1))
    duration = spread(hits, end - start)
    return _Measured(node, hits, duration, interval=interval, start=start, end=end)


def _measure_samples(
    file: File, ids: Ints, table: NodeTable, source: str, ledger: LedgerBook
) -> _Measured:
    """Count and time samples, but for those whose node is missing."""
    ledger.add(Action.READ, "samples", "all", len(ids))
    node = table.ids.find(ids)
    known = node != ABSENT
    if not known.all():
        first = int(np.flatnonzero(~known)[0])
        ledger.add(
            Action.DROPPED,
            "samples",
            "of a node that does not exist",
            int((~known).sum()),
            f"{file.at}.samples[{first}]",
        )
    timing = time_samples(file, len(ids), source, ledger)
    if timing is None:
        return _Measured(node[known], np.ones(int(known.sum()), np.int64))
    node, known = node[timing.order], known[timing.order]
    node, duration, time = node[known], timing.duration[known], timing.time[known]
    count = np.bincount(node, minlength=len(table))
    hits = np.where(table.hits < 0, count, table.hits)
    extra = find_extra(node, duration, hits)
    ledger.add(
        Action.REPAIRED,
        "samples",
        "extra ones that V8 takes when code deoptimises: time moved to where the hits are",
        int(extra.sum()),
    )
    ones = np.ones(len(node), np.int64)
    interval = usual_interval(duration, extra)
    duration = reweigh(duration, extra)
    return _Measured(node, ones, duration, time, interval, timing.start, timing.end)


def _build_tree(
    table: NodeTable, node: Ints, builder: ProfileBuilder
) -> tuple[StackTree, IndexColumn]:
    """Return the tree, and for each sample its place in it.

    ``(root)`` is no frame: its children are the roots. It stays, as one of them, where it has
    samples of its own.
    """
    frame = np.array([intern(frame, builder) for frame in table.call_frames], np.int64)
    kind = np.array([kind_of(frame) for frame in table.call_frames], np.int64)
    frame, kind, parent = frame[table.call_frame], kind[table.call_frame], table.parent
    is_top = (kind == Kind.ROOT) & (parent == ABSENT)
    if is_top.any():
        orphans = int(((parent == ABSENT) & ~is_top).sum())
        builder.ledger.add(
            Action.REPAIRED, "nodes", "that no node has as a child: placed at the root", orphans
        )
        parent = np.where((parent != ABSENT) & is_top[parent], ABSENT, parent)
    is_collector = (kind == Kind.GC) & (parent == ABSENT)
    node, interrupted = _place_collections(node, is_collector[node], kind)
    collector_frame = int(frame[is_collector][0]) if len(interrupted) else ABSENT
    parent = np.concatenate([parent, interrupted])
    frame = np.concatenate([frame, np.full(len(interrupted), collector_frame)])

    has_children = np.zeros(len(parent) + 1, bool)
    has_children[parent] = True  # the place of -1 is one that no node has
    used = np.bincount(node, minlength=len(parent)) > 0
    keep = used | has_children[:-1]
    keep[: len(table)] |= ~(is_top | is_collector)
    new_row = np.append(np.cumsum(keep) - 1, ABSENT)
    tree, place = StackTree.from_parents(new_row[parent[keep]], frame[keep])
    return tree, place[new_row[node]]


def _place_collections(
    node: Ints, is_collection: npt.NDArray[np.bool_], kind: Ints
) -> tuple[Ints, Ints]:
    """Give samples of the garbage collector to the stacks that they interrupted.

    Returns the samples' nodes, where the row of a new node follows those of ``kind`` (shape
    ``(nodes,)``), and the parents of the new nodes. Nothing is interrupted in an idle thread.
    """
    rows = np.arange(len(node))
    before = np.maximum.accumulate(np.where(is_collection, -1, rows))
    victim = node[before]
    moved = (
        is_collection & (before >= 0) & (kind[victim] != Kind.IDLE) & (kind[victim] != Kind.ROOT)
    )
    interrupted, number = np.unique(victim[moved], return_inverse=True)
    node = node.copy()
    node[moved] = len(kind) + number
    return node, interrupted


def _thread(source: str, samples: SampleTable) -> Thread:
    """Name the thread as far as the file's name tells which one it is."""
    match = _NODE_FILE.search(source)
    if not match:
        return Thread("", samples)
    process, thread = map(int, match.groups())
    name = f"worker {thread}" if thread else "main"
    return Thread(name, samples, process_id=process, thread_id=thread)
