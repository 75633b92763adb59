"""What a profile holds: its span, its values, its threads and the sizes of its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.profile import ABSENT, Kind
from profkit.transforms.times import recorded_span

if TYPE_CHECKING:
    from profkit.profile import Library, Profile, Thread, ValueType

__all__ = ["Info", "LibraryUse", "ThreadUse", "ValueSum", "info"]


@dataclass(frozen=True, slots=True)
class ValueSum:
    """A value type, the sum of all samples' values, and how much of it was idle."""

    value_type: ValueType
    total: int
    idle: int


@dataclass(frozen=True, slots=True)
class ThreadUse:
    """A thread, its samples and their values' sums, one for each value type.

    ``start_time`` and ``end_time`` are those of its first and last sample in nanoseconds, None
    where samples have no time or there are none.
    """

    thread: Thread
    samples: int
    values: tuple[int, ...]
    start_time: int | None
    end_time: int | None


@dataclass(frozen=True, slots=True)
class LibraryUse:
    """A library and the self value of its frames, in the first value type."""

    library: Library
    self_value: int


@dataclass(frozen=True, slots=True)
class Info(Displayed):
    """What a profile holds. ``span`` is in nanoseconds, None where the format has no time.

    ``tables`` are the sizes of the profile's tables by their names, ``depth`` is the number of
    frames of its deepest stack. Threads and libraries are in the file's own order.
    ``profile`` is what it is a view of.
    """

    profile: Profile = field(repr=False, compare=False)
    span: int | None
    samples: int
    value_sums: tuple[ValueSum, ...]
    threads: tuple[ThreadUse, ...]
    libraries: tuple[LibraryUse, ...]
    tables: tuple[tuple[str, int], ...]
    depth: int


def info(profile: Profile) -> Info:
    """Return what a profile holds.

    >>> import profkit
    >>> found = profkit.info(profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz"))
    >>> found.samples, found.depth, [value.value_type.type for value in found.value_sums]
    (5849, 71, ['ticks'])
    """
    threads = tuple(_use(thread) for thread in profile.threads)
    span = recorded_span(profile)
    return Info(
        profile=profile,
        span=None if span is None else span[1] - span[0],
        samples=profile.sample_count,
        value_sums=tuple(_sum(profile, number) for number in range(len(profile.value_types))),
        threads=threads,
        libraries=_libraries(profile),
        tables=(
            ("functions", len(profile.functions)),
            ("frames", len(profile.frames)),
            ("stacks", len(profile.tree)),
            ("strings", len(profile.strings)),
            ("libraries", len(profile.libraries)),
        ),
        depth=int(profile.tree.depth.max(initial=ABSENT)) + 1,
    )


def _use(thread: Thread) -> ThreadUse:
    samples = thread.samples
    timed = samples.time is not None and len(samples) > 0
    return ThreadUse(
        thread=thread,
        samples=len(samples),
        values=tuple(samples.values.sum(axis=0).tolist()),
        start_time=int(samples.time[0]) if timed and samples.time is not None else None,
        end_time=int(samples.time[-1]) if timed and samples.time is not None else None,
    )


def _sum(profile: Profile, number: int) -> ValueSum:
    own = profile.self_values(number)
    idle = own[profile.kind_of_node == Kind.IDLE]
    return ValueSum(profile.value_types[number], int(own.sum()), int(idle.sum()))


def _libraries(profile: Profile) -> tuple[LibraryUse, ...]:
    library = profile.frames.library[profile.tree.frame]
    inside = library != ABSENT
    values = np.zeros(len(profile.libraries), np.int64)
    np.add.at(values, library[inside], profile.self_values()[inside])
    return tuple(map(LibraryUse, profile.libraries, values.tolist()))
