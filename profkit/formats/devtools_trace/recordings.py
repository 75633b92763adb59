"""The events that hold CPU profiles, profile by profile, whatever their order in the file.

A profile begins with an event ``Profile``, of the thread that is sampled. What was sampled follows
in ``ProfileChunk`` events, of another thread; process and ``id`` say which profile they belong to.
Up to Chrome 66 DevTools saved a whole profile in one event ``CpuProfile`` instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from profkit.errors import FormatError
from profkit.formats.cpuprofile.schema import Node  # noqa: TC001 (msgspec looks it up)
from profkit.formats.jsontext import NULL, decode_optional, is_given, numbers
from profkit.formats.traceevents import TraceEvents
from profkit.formats.traceowners import NAMES, Fields, Key, OwnerNames, TraceEvent, fields_of
from profkit.profile import Action

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import LedgerBook
    from profkit.source import Source

__all__ = ["Chunk", "Recording", "Trace", "collect"]

_HEAD, _CHUNK, _WHOLE = "Profile", "ProfileChunk", "CpuProfile"
_WANTED = (_HEAD, _CHUNK, _WHOLE, *NAMES)

_NONE = np.zeros(0, np.int64)


class _Part(msgspec.Struct):
    nodes: list[Node] | None = None
    samples: msgspec.Raw = NULL


class _Data(msgspec.Struct, rename="camel"):
    source: str | None = None
    start_time: int | float | None = None
    end_time: int | float | None = None
    cpu_profile: msgspec.Raw = NULL
    time_deltas: msgspec.Raw = NULL


class _Args(msgspec.Struct):
    data: _Data | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Nodes, and samples with the time since the one before, in microseconds."""

    nodes: list[Node]
    samples: npt.NDArray[Any]
    deltas: npt.NDArray[Any]


@dataclass(slots=True)
class Recording:
    """A CPU profile: either its ``chunks``, or the text of the ``whole`` and its path in the file.

    ``start`` is the time of the event that it begins with, in microseconds, None where that is
    missing; ``end`` the profile's end where the chunks say it. ``thread`` is the sampled one's id.
    ``first`` is the time of the first event there is, ``shift`` how far the clock of events is
    ahead of the profile's own, ``reason`` who asked for it, as newer versions of Chrome write.
    """

    process: int | str
    id: Key
    thread: Key = None
    start: int | float | None = None
    end: int | float | None = None
    reason: str = ""
    first: int | float = 0
    shift: int | float = 0
    chunks: list[Chunk] = field(default_factory=list)
    whole: msgspec.Raw | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The profiles of a trace in the order of their beginning, and what threads are called."""

    recordings: list[Recording]
    names: OwnerNames
    metadata: msgspec.Raw
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """An event of a CPU profile; ``chunk`` is None but for a chunk."""

    kind: str
    fields: Fields
    data: _Data
    chunk: Chunk | None
    at: str

    @property
    def time(self) -> int | float:
        return self.fields.ts


def collect(source: Source, ledger: LedgerBook) -> Trace:
    """Read a trace.

    Raises :class:`FormatError` where it is none, or an event of a CPU profile makes no sense.
    """
    events = TraceEvents(source, TraceEvent, ledger)
    found: list[_Found] = []
    names = OwnerNames()
    for first, batch in events.batches():
        wanted = [(n, event) for n, event in enumerate(batch, first) if event.name in _WANTED]
        ledger.add(Action.SKIPPED, "events", "of other things", len(batch) - len(wanted))
        for number, event in wanted:
            at = f"{events.at}[{number}]"
            if names.take(event, source.name, at):
                ledger.add(Action.USED, "events", "names of threads and processes")
            elif one := _one(event, source.name, at):
                found.append(one)
                ledger.add(Action.USED, "events", "of CPU profiles")
            else:
                ledger.add(Action.SKIPPED, "events", "of CPU profiles, but without data")
    found.sort(key=attrgetter("time"))
    return Trace(_grouped(found), names, events.metadata, events.is_cut)


def _one(event: TraceEvent, source: str, at: str) -> _Found | None:
    """Decode an event of a CPU profile; None where it holds nothing."""
    fields = fields_of(event, source, at)
    at = f"{at}.args"
    # A copy, lest what is kept of it keeps the text of the whole batch.
    args = decode_optional(event.args.copy(), _Args, source, at=at)
    data = args and args.data
    if not data or (event.name == _WHOLE and not is_given(data.cpu_profile)):
        return None
    at = f"{at}.data"
    chunk = _chunk(data, source, at) if event.name == _CHUNK else None
    if chunk:
        data.cpu_profile = data.time_deltas = NULL  # their text is needed no more
    return _Found(event.name, fields, data, chunk, f"{at}.cpuProfile")


def _chunk(data: _Data, source: str, at: str) -> Chunk:
    part = decode_optional(data.cpu_profile, _Part, source, at=f"{at}.cpuProfile") or _Part()
    samples = numbers(part.samples, source, f"{at}.cpuProfile.samples", whole=True)
    deltas = numbers(data.time_deltas, source, f"{at}.timeDeltas")
    samples = _NONE if samples is None else samples
    deltas = _NONE if deltas is None else deltas
    if len(samples) != len(deltas):
        message = f"there are {len(deltas)} of them for {len(samples)} samples"
        raise FormatError(source, message, where=f"{at}.timeDeltas")
    return Chunk(part.nodes or [], samples, deltas)


def _grouped(found: list[_Found]) -> list[Recording]:
    """Put the events of each profile together, in the order of time."""
    recordings: list[Recording] = []
    current: dict[tuple[Key, Key], Recording] = {}
    for one in found:
        fields, data = one.fields, one.data
        # Where there is no id, the thread tells profiles apart.
        key = fields.pid, f"thread {fields.tid}" if fields.id is None else fields.id
        if one.kind != _CHUNK or key not in current:
            current[key] = Recording(fields.pid, fields.id, first=fields.ts)
            recordings.append(current[key])
        recording = current[key]
        recording.reason = data.source or recording.reason
        if one.kind == _CHUNK and one.chunk:
            recording.chunks.append(one.chunk)
            if data.end_time is not None:
                recording.end = data.end_time + recording.shift
            continue
        recording.thread = fields.tid
        recording.start = fields.ts
        recording.shift = 0 if data.start_time is None else fields.ts - data.start_time
        if one.kind == _WHOLE:
            recording.whole, recording.at = data.cpu_profile, one.at
    return recordings
