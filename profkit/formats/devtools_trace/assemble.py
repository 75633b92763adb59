"""From the CPU profiles of a trace to one profile: each is read as a file of its own would be."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.cpuprofile.assemble import assemble as assemble_profile
from profkit.formats.cpuprofile.schema import File, parse
from profkit.formats.jsontext import decode_optional
from profkit.profile import Action, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.formats.devtools_trace.recordings import Recording, Trace
    from profkit.formats.traceowners import OwnerNames
    from profkit.profile import LedgerBook, Profile

__all__ = ["assemble"]

_PREFERRED = ("Internal", "Inspector")
_BROWSER = re.compile(r"\S*Chrome/[\d.]+")
_CUT = "holds no CPU samples up to the place where it is cut short"
_ADVICE = (
    "holds no CPU samples: record with the category disabled-by-default-v8.cpu_profiler, as the "
    "Performance panel of DevTools does, or read its calls with --input-format trace_spans"
)


class _About(msgspec.Struct, rename="kebab"):
    """What a trace says of the browser that it is of."""

    user_agent: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A recording, and the profile of one thread that it became."""

    recording: Recording
    profile: Profile

    def overlaps(self, other: _Read) -> bool:
        """Tell whether both have sampled one thread at one time."""
        mine, theirs = self.recording, other.recording
        if mine.thread is None or (mine.process, mine.thread) != (theirs.process, theirs.thread):
            return False
        (start, end), (their_start, their_end) = (
            (one.profile.meta.start_time or 0, one.profile.meta.end_time or 0)
            for one in (self, other)
        )
        return start < their_end and their_start < end


def assemble(trace: Trace, source: str, ledger: LedgerBook) -> Profile:
    """Make one profile of all that a trace holds, a thread of each.

    Where two have sampled a thread at the same time, the one that DevTools would show is taken.

    Raises :class:`FormatError` where a call tree or times make no sense, and
    :class:`EmptyInputError` where there are no samples.
    """
    read = [
        _Read(recording, profile)
        for recording in trace.recordings
        if (profile := _read(recording, trace.names, source, ledger))
    ]
    kept: list[_Read] = []
    for one in sorted(read, key=lambda one: _rank(one.recording)):
        if any(one.overlaps(other) for other in kept):
            count = one.profile.sample_count
            ledger.add(Action.READ, "samples", "all", count)
            cause = "of another profile of the same thread at the same time"
            ledger.add(Action.DROPPED, "samples", cause, count, _path(one.recording))
        else:
            kept.append(one)
    if not kept:
        raise EmptyInputError(source, _CUT if trace.is_cut else _ADVICE)
    kept.sort(key=read.index)
    merged = merge([one.profile for one in kept])
    meta = replace(
        merged.meta,
        format="devtools_trace",
        source=source,
        producer=_producer(trace.metadata, source),
        interval=_usual([one.profile for one in kept]),
    )
    return merged.replace(meta=meta, ledger=ledger.close().merged(merged.ledger))


def _read(
    recording: Recording, names: OwnerNames, source: str, ledger: LedgerBook
) -> Profile | None:
    """Read a profile; None where it has no samples."""
    if recording.whole is not None:
        file = parse(recording.whole, source, recording.at)
    else:
        file = _joined(recording, ledger)
    try:
        profile = assemble_profile(file, source)
    except EmptyInputError:
        count = 0 if file.samples is None else len(file.samples)
        ledger.add(Action.READ, "samples", "all", count)
        cause = "of a profile of which no node is known"
        ledger.add(Action.DROPPED, "samples", cause, count, _path(recording))
        return None
    owner = recording.process, recording.thread
    return profile.replace(threads=tuple(names.given_to(one, *owner) for one in profile.threads))


def _joined(recording: Recording, ledger: LedgerBook) -> File:
    """Put chunks together to what a file would hold.

    Chunks have no hit counts, so no sample can be told for an extra one.
    """
    at = f"{_path(recording)}, $"
    nodes = list(chain.from_iterable(chunk.nodes for chunk in recording.chunks))
    known = {node.id for node in nodes}
    root = next((node.id for node in nodes if node.parent is None), None)
    lost = [node for node in nodes if node.parent is not None and node.parent not in known]
    for node in lost:
        node.parent = root
    cause = "whose callers are missing: placed at the root"
    ledger.add(Action.REPAIRED, "nodes", cause, len(lost), _path(recording))
    chunks = recording.chunks
    samples = np.concatenate([chunk.samples for chunk in chunks]) if chunks else None
    deltas = np.concatenate([chunk.deltas for chunk in chunks]) if chunks else None
    start = recording.start
    if start is None:
        # A chunk is written just after its last sample.
        start = recording.first - float(np.sum(chunks[0].deltas, dtype=np.float64))
        cause = "whose beginning is missing: timed by what is left"
        ledger.add(Action.REPAIRED, "profiles", cause, 1, _path(recording))
    return File(
        nodes=iter([nodes]),
        samples=samples,
        deltas=deltas,
        timestamps=None,
        start=start,
        end=recording.end,
        at=at,
        nodes_at=f"{at}.nodes",
    )


def _path(recording: Recording) -> str:
    name = "" if recording.id is None else f", profile {recording.id!r}"
    return f"process {recording.process!r}{name}"


def _rank(recording: Recording) -> int:
    """Return the place of a profile in DevTools' order of preference."""
    reason = recording.reason
    return _PREFERRED.index(reason) if reason in _PREFERRED else len(_PREFERRED)


def _usual(profiles: Sequence[Profile]) -> int | None:
    """Return the interval of the profile with most samples."""
    return max(profiles, key=lambda one: one.sample_count).meta.interval


def _producer(metadata: msgspec.Raw, source: str) -> str:
    """Return the browser, where the trace names it."""
    try:
        about = decode_optional(metadata, _About, source, at="$.metadata")
    except FormatError:
        return ""  # anything may stand there
    found = _BROWSER.search(about.user_agent) if about else None
    return found[0] if found else ""
