"""Events and their stacks, collected line by line and put together as a profile."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.encoding import decoded, line_batches
from profkit.formats.interning import Numbered
from profkit.formats.perf.lines import Event, event_of, source_line_of, split_frame
from profkit.formats.perf.names import INLINED, intern
from profkit.profile import (
    ABSENT,
    COUNT,
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
    from profkit.source import Source

__all__ = ["Samples"]

_CLOCKS = ("cpu-clock", "task-clock")
_LARGEST = 2**62
_FACTS = {"# cmdline : ": "command", "# os release : ": "kernel"}
_VERSION = "# perf version : "
_NO_TIME = -1


class Samples:
    """What was read so far; equal stacks are taken apart once, equal lines once in a file."""

    def __init__(self, source: str, *, lines: bool) -> None:
        self._source = source
        self._with_lines = lines
        self._builder = ProfileBuilder()
        self._lines = 0
        self._texts: dict[bytes, str] = {}  # of lines that are frames, whatever stands before
        self._dropped = 0
        self._first_dropped = 0
        self._event: Event | None = None
        self._stack: list[str] = []
        self._is_whole = False  # its only frame stands in the event's line
        self._stacks: Numbered[tuple[str, ...]] = Numbered()
        self._threads: Numbered[tuple[str, int, int]] = Numbered()
        self._events: Numbered[str] = Numbered()
        self._has_period: set[int] = set()
        self._columns = {name: array("q") for name in ("stack", "thread", "event", "value", "time")}
        self._facts: dict[str, str] = {}
        self._version = ""

    def read(self, source: Source) -> None:
        """Read all lines of a source."""
        for batch, _ in line_batches(source):
            for line in batch:
                self._lines += 1
                known = self._texts.get(line)
                if known and self._event and not self._is_whole:
                    self._stack.append(known)
                    continue
                text = decoded(line, self._builder.ledger, f"line {self._lines}")
                self._read_line(text)
                if self._stack and self._stack[-1] is text and split_frame(text):
                    self._texts[line] = text
        self._close()

    def _read_line(self, line: str) -> None:
        if not line or line.isspace():
            # Some put a blank line between an event and its stack.
            if self._stack:
                self._close()
            return
        if line[0] == "#":
            self._read_comment(line)
            return
        is_indented = line[0].isspace()
        if is_indented and self._add_frame(line):
            return
        if event := event_of(line):
            self._close()
            self._event = event
            self._is_whole = split_frame(event.rest) is not None
            if self._is_whole:
                self._stack.append(event.rest)
        elif not self._add_frame(line) and not (self._stack and is_indented):
            # What else stands below a frame is where it lies in its library.
            self._dropped += 1
            self._first_dropped = self._first_dropped or self._lines
            where = f"line {self._lines}"
            self._builder.ledger.add(Action.DROPPED, "lines", "neither event nor frame", 1, where)

    def _add_frame(self, line: str) -> bool:
        """Add a frame, or its place in the source, to the sample; False where it is none."""
        if self._event is None or self._is_whole:
            return False
        if split_frame(line) or (self._stack and line[0].isspace() and source_line_of(line)):
            self._stack.append(line)
            return True
        return False

    def _read_comment(self, line: str) -> None:
        for beginning, name in _FACTS.items():
            if line.startswith(beginning):
                self._facts[name] = line.removeprefix(beginning).strip()
        if line.startswith(_VERSION):
            self._version = line.removeprefix(_VERSION).strip()

    def _close(self) -> None:
        """Note the sample that ends here."""
        event, stack = self._event, self._stack
        self._event, self._stack = None, []
        if event is None:
            return
        if not stack:
            where = f"line {self._lines}"
            self._builder.ledger.add(Action.DROPPED, "samples", "without a frame", 1, where)
            return
        number = self._events[event.event]
        if event.period:
            self._has_period.add(number)
        value = event.period or 1
        if value >= _LARGEST:
            message = "a period is beyond 64 bits"
            raise FormatError(self._source, message, where=f"line {self._lines}")
        columns = self._columns
        columns["stack"].append(self._stacks[tuple(stack)])
        columns["thread"].append(self._threads[event.command, event.process, event.thread])
        columns["event"].append(number)
        columns["value"].append(value)
        columns["time"].append(_NO_TIME if event.time is None else event.time)

    def finish(self) -> Profile:
        """Make the profile.

        Raises :class:`FormatError` where most lines are neither events nor frames,
        :class:`EmptyInputError` where there is no sample.
        """
        stack, thread, event, value, time = (
            np.array(column, np.int64) for column in self._columns.values()
        )
        if self._dropped > self._lines // 2:
            message = "most lines are no output of `perf script`, this one first"
            raise FormatError(self._source, message, where=f"line {self._first_dropped}")
        if not len(stack):
            raise EmptyInputError(self._source, "holds no samples with a stack")
        ledger = self._builder.ledger
        ledger.add(Action.READ, "lines", "all", self._lines)
        ledger.add(Action.READ, "samples", "all", len(stack) + ledger.close().count(
            Action.DROPPED, "samples"))  # fmt: skip
        frames = [self._frames(lines) for lines in self._stacks]
        tree, leaf = StackTree.from_stacks(
            np.array([len(numbers) for numbers in frames], np.int64),
            np.array(list(chain.from_iterable(frames)), np.int64),
            leaf_first=True,
        )
        types = [self._type_of(name, number) for name, number in self._events.items()]
        if self._has_period:
            types.append(ValueType("samples", COUNT))
        values = np.zeros((len(stack), len(types)), np.int64)
        values[:, -1] = 1
        values[np.arange(len(stack)), event] = value
        is_timed = bool((time != _NO_TIME).all())
        threads = []
        for (command, process, number), row in self._threads.items():
            rows = np.flatnonzero(thread == row)
            if is_timed:
                rows = self._in_order(rows, time)
            samples = SampleTable(leaf[stack[rows]], values[rows], time[rows] if is_timed else None)
            threads.append(Thread(command, samples, process, number))
        meta = Meta(
            format="perf",
            source=self._source,
            producer=f"perf {self._version}".strip(),
            start_time=int(time.min()) if is_timed else None,
            end_time=int(time.max()) if is_timed else None,
            facts=tuple(self._facts.items()),
        )
        return self._builder.finish(meta, types, tree, threads)

    def _type_of(self, event: str, number: int) -> ValueType:
        """Return what an event's periods measure; those of a clock are the time that passed."""
        is_clock = event.partition(":")[0] in _CLOCKS and number in self._has_period
        return ValueType(event, NANOSECONDS if is_clock else COUNT)

    def _in_order(self, rows: np.ndarray, time: np.ndarray) -> np.ndarray:
        back = int((np.diff(time[rows]) < 0).sum())
        if not back:
            return rows
        cause = "earlier than the sample before: sorted by time"
        self._builder.ledger.add(Action.REPAIRED, "samples", cause, back)
        return rows[np.argsort(time[rows], kind="stable")]

    def _frames(self, lines: tuple[str, ...]) -> list[int]:
        """Return a stack's frames from the leaf on."""
        answer: list[int] = []
        frames = [(split_frame(line), line) for line in lines]
        library = ""
        # What was inlined is in the library of the function that it was inlined into.
        libraries = []
        for frame, _ in reversed(frames):
            if frame:
                library = frame[1] if frame[1] != INLINED else library
            libraries.append(library)
        libraries.reverse()
        for place, (frame, _) in enumerate(frames):
            if frame:
                below = frames[place + 1] if place + 1 < len(frames) else (None, "")
                source = None if below[0] else source_line_of(below[1])
                if source and not self._with_lines:
                    source = (source[0], ABSENT)
                answer.extend(reversed(intern(frame[0], libraries[place], source, self._builder)))
        return answer
