"""Several profiles as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import ABSENT, concat, unique_rows
from profkit.profile.deopts import DeoptTable
from profkit.profile.frames import FrameTable
from profkit.profile.functions import FunctionTable
from profkit.profile.ledger import Ledger
from profkit.profile.model import Meta, Profile
from profkit.profile.threads import SampleTable, refuse_overflow, thread_name
from profkit.profile.tree import StackTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile.columns import IndexColumn, ValueColumn
    from profkit.profile.frames import Library
    from profkit.profile.values import ValueType

__all__ = ["merge"]


def merge(profiles: Sequence[Profile]) -> Profile:
    """Return one profile with the threads and samples of all.

    Equal functions, frames and stacks become one. Value types are joined; a sample counts 0 in
    those that its own file does not have. What steps left of a profile counts as all of it. The
    order of rows follows the order of ``profiles``, and of several texts of one source the first
    stays; apart from that, merging is associative and
    commutative.

    Raises ``ValueError`` when there is nothing to merge, :class:`FormatError` where the values of
    all together are too large to be summed.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> profkit.merge([profile, profile]).sample_count
    11698
    """
    if not profiles:
        raise ValueError("there is no profile to merge")
    if len(profiles) == 1:
        return profiles[0]
    strings = {text: n for n, text in enumerate(dict.fromkeys(_all_strings(profiles)))}
    string_of = [_lookup([strings[text] for text in p.strings]) for p in profiles]
    libraries = {library: n for n, library in enumerate(dict.fromkeys(_all_libraries(profiles)))}
    library_of = [_lookup([libraries[lib] for lib in p.libraries]) for p in profiles]
    functions, function_of = _merge_functions(profiles, string_of)
    frames, frame_of = _merge_frames(profiles, function_of, string_of, library_of)
    tree, node_of = StackTree.from_trees(
        [(p.tree.parent, f[p.tree.frame]) for p, f in zip(profiles, frame_of, strict=True)]
    )
    value_types = tuple(dict.fromkeys(vt for p in profiles for vt in p.value_types))
    threads = tuple(
        replace(thread, samples=_moved(thread.samples, nodes, profile.value_types, value_types))
        for profile, nodes in zip(profiles, node_of, strict=True)
        for thread in profile.threads
    )
    ledger = Ledger()
    for profile in profiles:
        ledger = ledger.merged(profile.ledger)
    meta = _merge_meta(profiles)
    refuse_overflow(threads, meta.source)
    return Profile(
        meta=meta,
        strings=tuple(strings),
        value_types=value_types,
        functions=functions,
        frames=frames,
        tree=tree,
        threads=threads,
        libraries=tuple(libraries),
        ledger=ledger,
        deopts=_merge_deopts(profiles, function_of, string_of),
        sources={file: text for p in reversed(profiles) for file, text in p.sources.items()},
    )


def _all_strings(profiles: Sequence[Profile]) -> list[str]:
    return [text for p in profiles for text in p.strings]


def _all_libraries(profiles: Sequence[Profile]) -> list[Library]:
    return [library for p in profiles for library in p.libraries]


def _lookup(numbers: list[int]) -> IndexColumn:
    """Return a table to index with old numbers; the last place serves -1."""
    return np.array([*numbers, ABSENT], np.int32)


def _split(column: np.ndarray, lengths: list[int]) -> list[np.ndarray]:
    return np.split(column, np.cumsum(lengths)[:-1])


def _merge_functions(
    profiles: Sequence[Profile], string_of: list[IndexColumn]
) -> tuple[FunctionTable, list[np.ndarray]]:
    tables = [p.functions for p in profiles]
    columns = (
        concat([s[t.name] for t, s in zip(tables, string_of, strict=True)], np.int32),
        concat([s[t.file] for t, s in zip(tables, string_of, strict=True)], np.int32),
        concat([t.line for t in tables], np.int32),
        concat([t.column for t in tables], np.int32),
        concat([t.kind for t in tables], np.int32),
        concat([s[t.package] for t, s in zip(tables, string_of, strict=True)], np.int32),
    )
    first, row_of = unique_rows(*columns)
    return FunctionTable(*(c[first] for c in columns)), _split(row_of, [len(t) for t in tables])


def _merge_frames(
    profiles: Sequence[Profile],
    function_of: list[np.ndarray],
    string_of: list[IndexColumn],
    library_of: list[IndexColumn],
) -> tuple[FrameTable, list[np.ndarray]]:
    tables = [p.frames for p in profiles]
    columns: list[np.ndarray] = [
        concat([f[t.function] for t, f in zip(tables, function_of, strict=True)], np.int32),
        concat([t.line for t in tables], np.int32),
        concat([t.column for t in tables], np.int32),
        concat([t.address for t in tables], np.int64),
        concat([lib[t.library] for t, lib in zip(tables, library_of, strict=True)], np.int32),
        concat([t.tier for t in tables], np.int32),
        concat([s[t.tag] for t, s in zip(tables, string_of, strict=True)], np.int32),
    ]
    first, row_of = unique_rows(*columns)
    return FrameTable(*(c[first] for c in columns)), _split(row_of, [len(t) for t in tables])


def _merge_deopts(
    profiles: Sequence[Profile], function_of: list[np.ndarray], string_of: list[IndexColumn]
) -> DeoptTable:
    tables = [p.deopts for p in profiles]
    functions = [np.append(function, ABSENT) for function in function_of]
    columns = [
        concat([f[t.function] for t, f in zip(tables, functions, strict=True)], np.int32),
        *(
            concat([s[getattr(t, name)] for t, s in zip(tables, string_of, strict=True)], np.int32)
            for name in ("kind", "reason", "place")
        ),
    ]
    first, row_of = unique_rows(*columns)
    count = np.zeros(len(first), np.int64)
    np.add.at(count, row_of, concat([t.count for t in tables], np.int64))
    function, kind, reason, place = (column[first] for column in columns)
    return DeoptTable(function, kind, reason, place, count)


def _moved(
    samples: SampleTable,
    nodes: np.ndarray,
    before: tuple[ValueType, ...],
    after: tuple[ValueType, ...],
) -> SampleTable:
    measured: ValueColumn = np.zeros((len(samples), len(after)), np.int64)
    measured[:, [after.index(vt) for vt in before]] = samples.values
    return SampleTable(nodes[samples.node], measured, samples.time, samples.state)


def _merge_meta(profiles: Sequence[Profile]) -> Meta:
    metas = [p.meta for p in profiles]

    def joined(texts: list[str]) -> str:
        # Taken apart first, so that merging what was merged before names nothing twice.
        parts = (part for text in texts for part in text.split(", ") if part)
        return ", ".join(dict.fromkeys(parts))

    starts = [m.start_time for m in metas if m.start_time is not None]
    ends = [m.end_time for m in metas if m.end_time is not None]
    intervals = {m.interval for m in metas}
    return Meta(
        format=joined([m.format for m in metas]),
        source=joined([m.source for m in metas]),
        producer=joined([m.producer for m in metas]),
        start_time=min(starts, default=None),
        end_time=max(ends, default=None),
        interval=intervals.pop() if len(intervals) == 1 else None,
        facts=_merge_facts(profiles),
        remarks=tuple(dict.fromkeys(remark for m in metas for remark in m.remarks)),
    )


def _merge_facts(profiles: Sequence[Profile]) -> tuple[tuple[str, str], ...]:
    """Return all facts; those that differ are told apart by their thread, or else by their file."""
    told: dict[str, set[str]] = {}
    for profile in profiles:
        for title, text in profile.meta.facts:
            told.setdefault(title, set()).add(text)
    merged: dict[tuple[str, str], None] = {}
    for profile in profiles:
        threads = profile.threads
        whose = thread_name(threads[0]) if len(threads) == 1 else profile.meta.source
        for title, text in profile.meta.facts:
            merged[title if len(told[title]) == 1 else f"{title}, {whose}", text] = None
    return tuple(merged)
