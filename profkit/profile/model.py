"""The profile: one columnar call tree with what is needed to read it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.display import Displayed
from profkit.profile.applied import Extent
from profkit.profile.columns import ValueColumn, sums_by, values
from profkit.profile.deopts import DeoptTable
from profkit.profile.functions import FunctionTable, Kind
from profkit.profile.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from profkit.profile.applied import Applied
    from profkit.profile.frames import FrameTable, Library
    from profkit.profile.threads import Thread
    from profkit.profile.tree import StackTree
    from profkit.profile.values import ValueType

__all__ = ["Meta", "Profile"]


@dataclass(frozen=True, slots=True)
class Meta:
    """Where a profile comes from.

    ``format`` is the name of the reader, ``source`` the file as the user named it, ``producer``
    the program that was recorded with or that wrote the file, where the file says so.
    ``start_time`` and ``end_time`` are nanoseconds on the recording's own clock, None where the
    format has no time; ``interval`` is the nominal time between two samples in nanoseconds, or
    None. ``facts`` are further things that the file says of itself, for display; ``remarks`` are
    what a reader of its figures should know.
    """

    format: str
    source: str = ""
    producer: str = ""
    start_time: int | None = None
    end_time: int | None = None
    interval: int | None = None
    facts: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Profile(Displayed):
    """A call tree with its samples. See the tables for their columns' shapes and units.

    ``strings`` holds each name, file, package and tag once. ``value_types`` names the columns of
    every sample table's ``values``; the first is what views show unless asked otherwise.
    ``applied`` are the steps that were applied to what was read, in their order.
    ``sources`` has the text of source files by the file's name, one of the strings; it is empty
    unless a reader was asked for it.
    """

    meta: Meta
    strings: tuple[str, ...]
    value_types: tuple[ValueType, ...]
    functions: FunctionTable
    frames: FrameTable
    tree: StackTree
    threads: tuple[Thread, ...]
    libraries: tuple[Library, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    deopts: DeoptTable = field(default_factory=DeoptTable)
    applied: tuple[Applied, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Profile {self.meta.source!r}: {self.sample_count} samples>"

    def replace(self, **changes: object) -> Profile:
        """Return a copy with some of its tables exchanged."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def text(self, string: int) -> str:
        """Return a string by its number; the empty string for -1."""
        return self.strings[string] if string >= 0 else ""

    @property
    def function_of_node(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """The function of each node; ``int32``, shape ``(nodes,)``."""
        return self.frames.function[self.tree.frame]

    @property
    def kind_of_node(self) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """The :class:`Kind` of each node's function; ``int32``, shape ``(nodes,)``."""
        return self.functions.kind[self.function_of_node]

    @property
    def sample_count(self) -> int:
        """The number of samples of all threads."""
        return sum(len(thread.samples) for thread in self.threads)

    @property
    def extent(self) -> Extent:
        """How much there is: the samples, and their sums."""
        is_idle = self.kind_of_node == Kind.IDLE
        sums = np.zeros((2, len(self.value_types)), np.int64)
        for thread in self.threads:
            measured = thread.samples.values
            sums[0] += measured.sum(axis=0)
            sums[1] += measured[is_idle[thread.samples.node]].sum(axis=0)
        return Extent(self.sample_count, tuple(sums[0].tolist()), tuple(sums[1].tolist()))

    def self_values(self, value_type: int = 0, *, include_idle: bool = True) -> ValueColumn:
        """Sum the samples' values by node; ``int64``, shape ``(nodes,)``.

        With ``include_idle`` False, samples in an idle function count nothing.
        """
        answer = np.zeros(len(self.tree), np.int64)
        for thread in self.threads:
            samples = thread.samples
            answer += sums_by(samples.node, samples.values[:, value_type], len(answer))
        if not include_idle:
            answer[self.kind_of_node == Kind.IDLE] = 0
        return values(answer)
