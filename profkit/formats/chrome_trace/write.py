"""A Chrome trace: V8's CPU samples of each thread, as ``Profile`` and ``ProfileChunk`` events.

Source: the Trace Event Format, and ``CpuProfilesCollection``'s ``StreamPendingTraceEvents`` in V8,
which writes these events; DevTools' ``SamplesHandler`` reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.writing.jsonpieces import string
from profkit.formats.writing.owners import numbered_threads
from profkit.formats.writing.v8form import ROOT, CallFrames, v8_profile
from profkit.profile import ABSENT, thread_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from profkit.formats.writing.v8form import V8Profile
    from profkit.profile import Profile, Thread

    Ints = npt.NDArray[np.int64]

__all__ = ["write"]

_CATEGORY = "disabled-by-default-v8.cpu_profiler"
_CHUNK = 1 << 12
_MILLISECOND = 10**6


def write(profile: Profile, value_type: int | None) -> Iterator[bytes]:
    """Yield the file in pieces, an event a line.

    Raises :class:`~profkit.errors.UsageError` where a value is negative.
    """
    comma = ""
    yield b'{"traceEvents":[\n'
    later, call_frames = _shift(profile), CallFrames(profile)
    for number, (thread, process, own) in enumerate(numbered_threads(profile), 1):
        found = v8_profile(profile, thread, value_type, call_frames, later=later)
        for event in _events(found, thread, f'"pid":{process},"tid":{own}', number):
            yield (comma + event).encode()
            comma = ",\n"
    yield b'\n],"metadata":{"source":"profkit"}}\n'


def _shift(profile: Profile) -> int:
    """Return how much later all must be to begin after 0, which DevTools takes for no time."""
    told = profile.meta.start_time
    times = [t.samples.time for t in profile.threads if len(t.samples)]
    starts = [(told or 0) if time is None else int(time[0]) for time in times]
    first = min(starts if told is None else [told, *starts], default=0)
    return max(_MILLISECOND - first, 0)


def _events(found: V8Profile, thread: Thread, who: str, number: int) -> Iterator[str]:
    if thread.process_name:
        yield _metadata("process_name", thread.process_name, who)
    yield _metadata("thread_name", thread_name(thread), who)
    head = f'"cat":"{_CATEGORY}","ph":"P","id":"0x{number:x}",{who}'
    start = f'{{"data":{{"startTime":{found.start}}}}}'
    yield f'{{"name":"Profile",{head},"ts":{found.start},"args":{start}}}'
    # DevTools shows a thread's samples within its other events, and as long as those last.
    yield (
        f'{{"name":"RunTask","cat":"disabled-by-default-devtools.timeline","ph":"X",{who},'
        f'"ts":{found.start},"dur":{found.end - found.start},"args":{{}}}}'
    )
    # A node comes in the chunk in which it is first needed, after its parent.
    first_chunk = _first_chunks(found)
    times = found.start + np.cumsum(found.deltas)
    for chunk, at in enumerate(range(0, len(found.samples), _CHUNK)):
        piece = slice(at, at + _CHUNK)
        nodes = _nodes(found, np.flatnonzero(first_chunk == chunk), with_root=chunk == 0)
        line = found.line[piece]
        lines = f',"lines":{_array(np.maximum(line, 0))}' if (found.line != ABSENT).any() else ""
        end = f',"endTime":{found.end}' if at + _CHUNK >= len(found.samples) else ""
        yield (
            f'{{"name":"ProfileChunk",{head},"ts":{times[piece][-1]},"args":{{"data":{{'
            f'"cpuProfile":{{"nodes":{nodes},"samples":{_array(found.samples[piece])}}},'
            f'"timeDeltas":{_array(found.deltas[piece])}{lines}{end}}}}}}}'
        )


def _metadata(name: str, value: str, who: str) -> str:
    return f'{{"name":"{name}","ph":"M","ts":0,{who},"args":{{"name":{string(value)}}}}}'


def _first_chunks(found: V8Profile) -> Ints:
    """Return the number of the first chunk in which each node, or one below it, has a sample."""
    first = np.full(len(found) + 2, np.iinfo(np.int64).max)
    np.minimum.at(first, found.samples, np.arange(len(found.samples)) // _CHUNK)
    # Parents stand before their children, so that one pass from the end reaches all of them.
    answer = first.tolist()
    for row, above in zip(range(len(found) - 1, -1, -1), found.parent[::-1].tolist(), strict=True):
        answer[above] = min(answer[above], answer[row + 2])
    return np.array(answer[2:], np.int64)


def _nodes(found: V8Profile, rows: Ints, *, with_root: bool) -> str:
    frames = found.call_frames
    nodes = [f'{{"id":1,"callFrame":{ROOT}}}'] if with_root else []
    nodes += [
        f'{{"id":{row + 2},"parent":{parent},"callFrame":{frames[number]}}}'
        for row, parent, number in zip(
            rows.tolist(), found.parent[rows].tolist(), found.call_frame[rows].tolist(), strict=True
        )
    ]
    return f"[{','.join(nodes)}]"


def _array(column: Ints) -> str:
    return f"[{','.join(map(str, column.tolist()))}]"
