"""A CPU profile, written as ``node --cpu-prof`` does: nodes with children, samples, time deltas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.formats.writing.jsonpieces import array, joined
from profkit.formats.writing.v8form import ROOT, CallFrames, v8_profile
from profkit.profile import ABSENT, thread_name
from profkit.profile.columns import unique_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from profkit.formats.writing.v8form import V8Profile
    from profkit.profile import Profile, Thread

    Ints = npt.NDArray[np.int64]

__all__ = ["write"]


def write(profile: Profile, value_type: int | None) -> Iterator[bytes]:
    """Yield the file in pieces.

    Raises :class:`~profkit.errors.UsageError` where there are several threads, or negative values.
    """
    thread = _only_thread(profile)
    found = v8_profile(profile, thread, value_type, CallFrames(profile))
    yield b'{"nodes":'
    yield from joined(_nodes(found))
    yield f',"startTime":{found.start},"endTime":{found.end},"samples":'.encode()
    yield from array(found.samples)
    yield b',"timeDeltas":'
    yield from array(found.deltas)
    yield b"}\n"


def _only_thread(profile: Profile) -> Thread:
    threads = [thread for thread in profile.threads if len(thread.samples)]
    if len(threads) != 1:
        names = ", ".join(thread_name(thread) for thread in threads)
        has = (
            f"this profile has {len(threads)}: {names}" if threads else "there is none with samples"
        )
        raise UsageError(
            f"a .cpuprofile holds one thread, and {has} (choose one with --thread, "
            "or write a chrome_trace, which holds several)"
        )
    return threads[0]


def _nodes(found: V8Profile) -> Iterator[str]:
    rows = len(found)
    hits = np.zeros(rows + 2, np.int64)
    np.add.at(hits, found.samples, found.hits)
    children = _children(found.parent)
    ticks = _position_ticks(found)
    yield f'{{"id":1,"callFrame":{ROOT},"hitCount":0,"children":[{children.get(1, "")}]}}'
    frames, numbers = found.call_frames, found.call_frame.tolist()
    for identity, (number, count) in enumerate(zip(numbers, hits[2:].tolist(), strict=True), 2):
        below = f',"children":[{children[identity]}]' if identity in children else ""
        lines = f',"positionTicks":[{ticks[identity]}]' if identity in ticks else ""
        yield f'{{"id":{identity},"callFrame":{frames[number]},"hitCount":{count}{below}{lines}}}'


def _children(parent: Ints) -> dict[int, str]:
    """Return the ids of each node's children, as they stand in JSON."""
    order = np.argsort(parent, kind="stable")
    parents, starts = np.unique(parent[order], return_index=True)
    ids = np.split(order + 2, starts[1:]) if len(order) else []
    return {
        above: ",".join(map(str, below.tolist()))
        for above, below in zip(parents.tolist(), ids, strict=True)
    }


def _position_ticks(found: V8Profile) -> dict[int, str]:
    """Return how often which line of a node was hit, as it stands in JSON."""
    known = found.line != ABSENT
    node, line = found.samples[known], found.line[known]
    first, row_of = unique_rows(node, line)
    ticks = np.zeros(len(first), np.int64)
    np.add.at(ticks, row_of, found.hits[known])
    answer: dict[int, list[str]] = {}
    for identity, at, count in zip(
        node[first].tolist(), line[first].tolist(), ticks.tolist(), strict=True
    ):
        answer.setdefault(identity, []).append(f'{{"line":{at},"ticks":{count}}}')
    return {identity: ",".join(items) for identity, items in answer.items()}
