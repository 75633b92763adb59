"""pprof, written: a sample for each stack of each thread, with all values.

Source: https://github.com/google/pprof/blob/main/proto/profile.proto, whose field numbers stand
below. Locations are frames: both the line that ran and the line where a function begins are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.interning import Numbered
from profkit.formats.pprof.protobuf import block, number, packed, varint
from profkit.formats.writing.jsonpieces import valid
from profkit.formats.writing.stacks import stacks
from profkit.profile import ABSENT, NANOSECONDS, function_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from profkit.profile import Profile, Thread

__all__ = ["write"]

_PIECE = 1 << 12
_ZERO = varint(3 << 3) + varint(0)  # said outright, for a label needs a text or a number


def write(profile: Profile, value_type: int | None) -> Iterator[bytes]:
    """Yield the message in pieces: all values, or one. It is for the caller to compress it."""
    strings = Numbered[str]({"": 0})
    wanted = list(range(len(profile.value_types))) if value_type is None else [value_type]
    for kind in (profile.value_types[n] for n in wanted):
        yield block(1, number(1, strings[kind.type]) + number(2, strings[kind.unit]))
    words = [varint(frame + 1) for frame in profile.tree.frame.tolist()]
    for thread in profile.threads:
        yield from _samples(profile, thread, wanted, words, strings)
    yield from _batches(len(profile.libraries), lambda n: _mapping(profile, n, strings))
    yield from _batches(len(profile.frames), lambda n: _location(profile, n))
    yield from _batches(len(profile.functions), lambda n: _function(profile, n, strings))
    yield _about(profile, wanted[0], strings)
    texts = list(strings)
    yield from _batches(len(texts), lambda n: block(6, valid(texts[n]).encode()))


def _batches(count: int, encoded: Callable[[int], bytes]) -> Iterator[bytes]:
    for start in range(0, count, _PIECE):
        yield b"".join(map(encoded, range(start, min(start + _PIECE, count))))


def _samples(
    profile: Profile,
    thread: Thread,
    wanted: list[int],
    words: list[bytes],
    strings: Numbered[str],
) -> Iterator[bytes]:
    nodes, row_of = np.unique(thread.samples.node, return_inverse=True)
    summed = np.zeros((len(nodes), len(wanted)), np.int64)
    np.add.at(summed, row_of, thread.samples.values[:, wanted])
    labels = _labels(thread, strings)
    batch: list[bytes] = []
    found = stacks(profile.tree, nodes.tolist(), words)
    for (_, stack), values in zip(found, summed.tolist(), strict=True):
        message = packed(1, reversed(stack)) + packed(2, map(varint, values)) + labels
        batch.append(block(2, message))
        if len(batch) == _PIECE:
            yield b"".join(batch)
            batch = []
    yield b"".join(batch)


def _labels(thread: Thread, strings: Numbered[str]) -> bytes:
    """Say by labels which thread and process a sample is of."""
    texts = (("thread", thread.name), ("process", thread.process_name))
    numbers = (("thread_id", thread.thread_id), ("process_id", thread.process_id))
    return b"".join(
        block(3, number(1, strings[key]) + number(2, strings[text])) for key, text in texts if text
    ) + b"".join(
        block(3, number(1, strings[key]) + (number(3, value) or _ZERO))
        for key, value in numbers
        if value >= 0
    )


def _mapping(profile: Profile, row: int, strings: Numbered[str]) -> bytes:
    library = profile.libraries[row]
    symbols = number(7, 1) + number(8, 1) + number(9, 1)  # all is named: nothing to look up
    return block(
        3,
        number(1, row + 1)
        + number(2, library.start)
        + number(3, library.end)
        + number(5, strings[library.path])
        + symbols,
    )


def _location(profile: Profile, row: int) -> bytes:
    frames, functions = profile.frames, profile.functions
    function = int(frames.function[row])
    table, at = (frames, row) if frames.line[row] != ABSENT else (functions, function)
    line = block(
        4,
        number(1, function + 1)
        + number(2, max(int(table.line[at]), 0))
        + number(3, max(int(table.column[at]), 0)),
    )
    library, address = int(frames.library[row]) + 1, max(int(frames.address[row]), 0)
    return block(4, number(1, row + 1) + number(2, library) + number(3, address) + line)


def _function(profile: Profile, row: int, strings: Numbered[str]) -> bytes:
    functions = profile.functions
    # Without a system name pprof takes the name for demangled, and leaves `<module>` as it is.
    return block(
        5,
        number(1, row + 1)
        + number(2, strings[function_name(profile, row)])
        + number(4, strings[profile.text(int(functions.file[row]))])
        + number(5, max(int(functions.line[row]), 0)),
    )


def _about(profile: Profile, shown: int, strings: Numbered[str]) -> bytes:
    """Say how long it took, how often it was sampled, and which value to show first."""
    meta = profile.meta
    start, end = meta.start_time, meta.end_time
    duration = end - start if start is not None and end is not None else 0
    period = number(1, strings["cpu"]) + number(2, strings[NANOSECONDS])
    sampled = block(11, period) + number(12, meta.interval) if meta.interval else b""
    return number(10, duration) + sampled + number(14, strings[profile.value_types[shown].type])
