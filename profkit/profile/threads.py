"""Samples: observed stacks with their values, by thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import FormatError
from profkit.profile.columns import (
    IndexColumn,
    StateColumn,
    ValueColumn,
    freeze,
    indexes,
    states,
    values,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SampleTable", "Thread", "refuse_overflow", "thread_name"]

_LARGEST_SUM = 2.0**62


@dataclass(frozen=True, slots=True)
class SampleTable:
    """One row a sample.

    ``node`` (``int32``, shape ``(samples,)``) is the leaf's place in the tree; ``values``
    (``int64``, shape ``(samples, value_types)``) what was measured; ``time`` (``int64``,
    nanoseconds, not decreasing) when, or None where the format has no time; ``state`` (``int8``)
    the :class:`~profkit.profile.VmState` at that time, or None.
    """

    node: IndexColumn
    values: ValueColumn
    time: ValueColumn | None = None
    state: StateColumn | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "node", indexes(self.node))
        measured = values(self.values)
        if measured.ndim == 1:
            measured = measured.reshape(-1, 1)
            freeze(measured)
        object.__setattr__(self, "values", measured)
        if self.time is not None:
            object.__setattr__(self, "time", values(self.time))
        if self.state is not None:
            object.__setattr__(self, "state", states(self.state))

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread of a process, and its samples. Ids are as the file writes them, -1 where unknown."""

    name: str
    samples: SampleTable
    process_id: int = -1
    thread_id: int = -1
    process_name: str = ""


def thread_name(thread: Thread) -> str:
    """Return what a thread is called wherever it is shown: its name, or else its ids."""
    if thread.name:
        return thread.name
    if thread.thread_id >= 0:
        return f"thread {thread.thread_id}"
    return f"process {thread.process_id}" if thread.process_id >= 0 else "(unnamed)"


def refuse_overflow(threads: Iterable[Thread], source: str) -> None:
    """Raise :class:`FormatError` where the threads' values may not sum up within 64 bits."""
    total = 0.0
    for thread in threads:
        measured = thread.samples.values
        most = max(float(measured.max(initial=0)), -float(measured.min(initial=0)))
        if most * measured.size >= _LARGEST_SUM:
            most = float(np.abs(measured.astype(np.float64)).sum()) / measured.size
        total += most * measured.size
    if total >= _LARGEST_SUM:
        raise FormatError(source, "the values are too large to be summed")
