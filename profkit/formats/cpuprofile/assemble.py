"""From decoded columns to a profile: functions, the tree, and what each sample counts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError
from profkit.formats.cpuprofile.compat import measure_like
from profkit.formats.cpuprofile.disagreement import disagreements
from profkit.formats.cpuprofile.functions import intern, kind_of
from profkit.formats.cpuprofile.lines import add_lines, deal_out, lines_of
from profkit.formats.cpuprofile.measuring import measure_hits, measure_samples
from profkit.formats.cpuprofile.nodes import tabulate
from profkit.formats.cpuprofile.placing import Nodes, build_tree, place_collections
from profkit.formats.registry import ReadOptions
from profkit.profile import (
    COUNT,
    NANOSECONDS,
    Action,
    Meta,
    ProfileBuilder,
    SampleTable,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.cpuprofile.measuring import Measured
    from profkit.formats.cpuprofile.nodes import NodeTable
    from profkit.formats.cpuprofile.schema import File
    from profkit.profile import LedgerBook, Profile

    Ints = npt.NDArray[np.int64]

__all__ = ["assemble"]

_CPU = ValueType("cpu", NANOSECONDS)
_SAMPLES = ValueType("samples", COUNT)

# How node --cpu-prof names its files: CPU.<day>.<time>.<process>.<thread>.<number>.cpuprofile
_NODE_FILE = re.compile(r"CPU\.\d{8}\.\d{6}\.(\d+)\.(\d+)\.\d+\.cpuprofile")


def assemble(file: File, source: str, options: ReadOptions | None = None) -> Profile:
    """Make the profile of a decoded file.

    Raises :class:`FormatError` where the call tree or the times make no sense,
    :class:`EmptyInputError` where nothing was sampled, and :class:`UsageError` where a tool's
    figures need what the file does not have.
    """
    options = options or ReadOptions()
    builder = ProfileBuilder()
    table = tabulate(file.nodes, source, file.nodes_at)
    builder.ledger.add(Action.READ, "nodes", "all", len(table))
    number = [intern(frame, builder) for frame in table.call_frames]
    function = np.array(number, np.int64)[table.call_frame]
    nodes = _with_frames(table, function, builder)
    measured, nodes = _measure(file, table, nodes, source, builder.ledger, options)
    del file  # with columns as long as those that are made of them
    if not len(measured.node):
        raise EmptyInputError(source, "holds no samples")
    names = {n: frame.function_name for n, frame in zip(number, table.call_frames, strict=True)}
    facts, remarks = disagreements(table, measured, function, names)
    if options.lines:
        measured, line = deal_out(measured, lines_of(table, builder.ledger))
        nodes, node = add_lines(nodes, measured.node, line, function, builder)
        measured = replace(measured, node=node)
    tree, place = build_tree(nodes, measured.node, builder.ledger)
    meta = Meta(
        format="cpuprofile",
        source=source,
        start_time=measured.start,
        end_time=measured.end,
        interval=measured.interval or None,
        facts=facts,
        remarks=remarks,
    )
    types, columns, time = [_SAMPLES], [measured.count], measured.time
    if measured.duration is not None:
        types, columns = [_CPU, _SAMPLES], [measured.duration, measured.count]
    del measured
    values = np.empty((len(place), len(columns)), np.int64, order="F")
    for at in range(len(columns)):
        values[:, at] = columns.pop(0)  # and lets go of it, which halves the need for memory
    samples = SampleTable(place, values, time)
    return builder.finish(meta, types, tree, [_thread(source, samples)])


def _with_frames(table: NodeTable, function: Ints, builder: ProfileBuilder) -> Nodes:
    """Return the file's nodes; ``function`` is the number of each one's, of shape ``(nodes,)``."""
    number, row = np.unique(function, return_inverse=True)
    frame = np.array([builder.frame(one) for one in number.tolist()], np.int64)
    kind = np.array([kind_of(frame) for frame in table.call_frames], np.int64)
    return Nodes(table.parent, frame[row], kind[table.call_frame])


def _measure(
    file: File,
    table: NodeTable,
    nodes: Nodes,
    source: str,
    ledger: LedgerBook,
    options: ReadOptions,
) -> tuple[Measured, Nodes]:
    """Say what samples count, and give those of the collector their place in the tree."""
    if options.compat:
        return measure_like(options.compat, file, table, nodes, source, ledger)
    if file.samples is None or not len(file.samples):
        return measure_hits(file, table, source), nodes
    measured = measure_samples(file, file.samples, table, source, ledger, options.weigh)
    nodes, node = place_collections(nodes, measured.node)
    return replace(measured, node=node), nodes


def _thread(source: str, samples: SampleTable) -> Thread:
    """Name the thread as far as the file's name tells which one it is."""
    match = _NODE_FILE.search(source)
    if not match:
        return Thread("", samples)
    process, thread = map(int, match.groups())
    name = f"worker {thread}" if thread else "main"
    return Thread(name, samples, process_id=process, thread_id=thread)
