"""Samples, collected line by line and put together as a profile."""

from __future__ import annotations

import re
from array import array
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.austin.lines import METADATA, Owner, frame_of, metrics_of, split_owner
from profkit.formats.encoding import decoded, line_batches
from profkit.formats.interning import Numbered
from profkit.profile import (
    ABSENT,
    NANOSECONDS,
    Action,
    Meta,
    Profile,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.source import Source

__all__ = ["Samples"]

_WALL, _CPU = ValueType("wall", NANOSECONDS), ValueType("cpu", NANOSECONDS)
_ALLOCATED, _RELEASED = ValueType("allocated", "bytes"), ValueType("released", "bytes")
_LARGEST_TIME = 2**61 // 1000
_FULL = 3
_MICROSECONDS = re.compile(r"[0-9]{1,9}")
_SHOWN = ("mode", "python", "sampling", "saturation", "errors", "gc")


class Samples:
    """What was read so far; equal stacks are taken apart once, equal frames once in a file."""

    def __init__(self, source: str, *, lines: bool) -> None:
        self._source = source
        self._with_lines = lines
        self._builder = ProfileBuilder()
        self._lines = 0
        self._first_dropped = 0
        self._dropped = 0
        self._metadata: dict[str, str] = {}
        self._width = 0
        self._rows: dict[bytes, int] = {}
        self._stacks: list[list[int]] = []
        self._owners: Numbered[Owner] = Numbered()
        self._owner_of_row = array("q")
        self._frames: dict[bytes, int] = {}
        self._row_of_sample = array("q")
        self._metrics = array("q")

    def read(self, source: Source) -> None:
        """Read all lines of a source."""
        for batch, _ in line_batches(source):
            for line in batch:
                self._lines += 1
                if line.startswith(b"#"):
                    self._read_metadata(line.decode(errors="replace"))
                elif line.strip():
                    self._read_sample(line)

    def _read_metadata(self, line: str) -> None:
        if match := METADATA.fullmatch(line.rstrip()):
            self._metadata[match[1]] = match[2]

    def _read_sample(self, line: bytes) -> None:
        stack, _, numbers = line.rstrip().rpartition(b" ")
        metrics = metrics_of(numbers)
        if metrics is None:
            self._drop("without a metric")
            return
        self._width = self._width or len(metrics)
        if len(metrics) != self._width:
            self._drop("with another number of metrics than the first")
            return
        is_time = self._metadata.get("mode") != "memory"
        if is_time and not 0 <= metrics[0] <= _LARGEST_TIME:
            where = f"line {self._lines}"
            message = f"{metrics[0]} microseconds; 0 to {_LARGEST_TIME} are expected"
            raise FormatError(self._source, message, where=where)
        row = self._rows.get(stack)
        if row is None:
            found = split_owner(stack)
            if found is None:
                self._drop("without process and thread")
                return
            owner, path = found
            row = self._rows[stack] = len(self._stacks)
            self._owner_of_row.append(self._owners[owner])
            self._stacks.append([self._frame(label) for label in path.split(b";") if label])
        if not self._stacks[row]:
            self._builder.ledger.add(
                Action.DROPPED, "samples", "without a Python frame", 1, f"line {self._lines}"
            )
            return
        self._row_of_sample.append(row)
        self._metrics.extend(metrics)

    def _drop(self, cause: str) -> None:
        self._dropped += 1
        self._first_dropped = self._first_dropped or self._lines
        self._builder.ledger.add(Action.DROPPED, "lines", cause, 1, f"line {self._lines}")

    def _frame(self, label: bytes) -> int:
        number = self._frames.get(label)
        if number is None:
            text = decoded(label, self._builder.ledger, f"line {self._lines}")
            name, file, kind, line = frame_of(text)
            function = self._builder.function(name, file, kind=kind)
            number = self._builder.frame(function, line if self._with_lines else ABSENT)
            self._frames[label] = number
        return number

    def finish(self) -> Profile:
        """Make the profile.

        Raises :class:`FormatError` where most lines are no samples, :class:`EmptyInputError` where
        there is no sample.
        """
        ledger, count = self._builder.ledger, len(self._row_of_sample)
        if self._dropped > self._lines // 2:
            message = "most lines are no samples of Austin, this one first"
            raise FormatError(self._source, message, where=f"line {self._first_dropped}")
        if not count:
            raise EmptyInputError(self._source, "holds no samples")
        bare = ledger.close().count(Action.DROPPED, "samples")
        ledger.add(Action.READ, "lines", "all", self._lines)
        ledger.add(Action.READ, "samples", "all", count + bare)
        tree, leaf = StackTree.from_stacks(
            np.array([len(stack) for stack in self._stacks], np.int64),
            np.array(list(chain.from_iterable(self._stacks)), np.int64),
        )
        types, values = self._measured(np.array(self._metrics, np.int64).reshape(count, -1))
        row = np.array(self._row_of_sample, np.int64)
        node, owner_of = leaf[row], np.array(self._owner_of_row, np.int64)[row]
        threads = []
        for owner, number in self._owners.items():
            rows = np.flatnonzero(owner_of == number)
            if len(rows):
                name = f"interpreter {owner.interpreter}" if owner.interpreter else ""
                samples = SampleTable(node[rows], values[rows])
                threads.append(Thread(name, samples, owner.process, owner.thread))
        version = self._metadata.get("austin", "")
        interval = self._metadata.get("interval", "")
        meta = Meta(
            format="austin",
            source=self._source,
            producer=f"austin {version}".strip(),
            interval=int(interval) * 1000 if _MICROSECONDS.fullmatch(interval) else None,
            facts=tuple((k, v) for k, v in self._metadata.items() if k in _SHOWN),
        )
        return self._builder.finish(meta, types, tree, threads)

    def _measured(
        self, metrics: npt.NDArray[np.int64]
    ) -> tuple[list[ValueType], npt.NDArray[np.int64]]:
        """Return what the metrics, of shape ``(samples, 1 or 3)``, mean, in whole units."""
        first, memory = metrics[:, 0], metrics[:, -1]
        moved = [np.maximum(memory, 0), np.maximum(-memory, 0)]
        if metrics.shape[1] == _FULL:
            wall, idle = first * 1000, metrics[:, 1]
            types = [_WALL, _CPU, _ALLOCATED, _RELEASED]
            return types, np.stack([wall, np.where(idle == 0, wall, 0), *moved], axis=1)
        mode = self._metadata.get("mode")
        if mode == "memory":
            return [_ALLOCATED, _RELEASED], np.stack(moved, axis=1)
        return [_CPU if mode == "cpu" else _WALL], (first * 1000).reshape(-1, 1)
