"""From a decoded message to a profile: locations are frames, labels tell threads."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.interning import Numbered
from profkit.formats.places import kind_of, path_of
from profkit.formats.pprof.protobuf import signed
from profkit.formats.pyspy import Owner
from profkit.profile import (
    ABSENT,
    ANONYMOUS,
    COUNT,
    NANOSECONDS,
    Action,
    Kind,
    Library,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.pprof.schema import File, Label, Location, Sample
    from profkit.profile import Profile

__all__ = ["assemble"]

_UNITS = {"nanoseconds": 1, "microseconds": 10**3, "milliseconds": 10**6, "seconds": 10**9}
_LARGEST = 2.0**62
# What the labels of threads and processes are called, ours first.
_THREAD = ("thread", "thread_name", "thread name")
_THREAD_ID = ("thread_id", "thread id", "tid")
_PROCESS = ("process", "process_name")
_PROCESS_ID = ("process_id", "pid")
_OWNERS = {*_THREAD, *_THREAD_ID, *_PROCESS, *_PROCESS_ID}


def assemble(file: File, source: str) -> Profile:
    """Make the profile of a decoded message.

    Raises :class:`FormatError` where samples have other values than the message says, or refer to
    what is not there; :class:`EmptyInputError` where nothing was sampled.
    """
    builder = ProfileBuilder()
    ledger = builder.ledger
    ledger.add(Action.READ, "samples", "all", len(file.samples))
    _refuse_missing(file, source)
    samples = [sample for sample in file.samples if sample.locations]
    empty = len(file.samples) - len(samples)
    ledger.add(Action.DROPPED, "samples", "without a location", empty)
    if not samples:
        raise EmptyInputError(source, "holds no samples")
    order = _order(file)
    values = _values(file, samples, order, source)
    frames = _Frames(file, builder).of_locations
    stacks = [
        list(chain.from_iterable(frames[number] for number in reversed(sample.locations)))
        for sample in samples
    ]
    counts = np.fromiter(map(len, stacks), np.int64, len(stacks))
    flat = np.fromiter(chain.from_iterable(stacks), np.int64, int(counts.sum()))
    tree, leaf = StackTree.from_stacks(counts, flat)
    owners = Numbered[Owner]()
    owner_of = np.array([owners[_owner(file.labels(sample))] for sample in samples], np.int64)
    others = sum(label.key not in _OWNERS for s in samples for label in file.labels(s))
    ledger.add(Action.SKIPPED, "labels", "that tell no thread", others)
    threads = [
        Thread(
            owner.name,
            SampleTable(leaf[owner_of == number], values[owner_of == number]),
            owner.process_id,
            owner.thread_id,
            owner.process_name,
        )
        for owner, number in owners.items()
    ]
    return builder.finish(_meta(file, source), _value_types(file, order), tree, threads)


def _refuse_missing(file: File, source: str) -> None:
    """Refuse what refers to nothing, as pprof's own ``CheckValid`` does."""
    if not file.value_types:
        raise FormatError(source, "says of no value what it measures")
    width = len(file.value_types)
    for number, sample in enumerate(file.samples):
        if len(sample.values) != width:
            message = f"has {len(sample.values)} values; {width} are expected"
            raise FormatError(source, message, where=f"sample {number}")
        for identity in sample.locations:
            if identity not in file.locations:
                message = f"location {identity} does not exist"
                raise FormatError(source, message, where=f"sample {number}")
    for number, location in file.locations.items():
        for line in location.lines:
            if line.function not in file.functions:
                message = f"function {line.function} does not exist"
                raise FormatError(source, message, where=f"location {number}")


def _order(file: File) -> list[int]:
    """Return the value types' order: first what pprof shows unless asked otherwise."""
    names = [name for name, _ in file.value_types]
    first = names.index(file.shown) if file.shown in names else len(names) - 1
    return [first, *(number for number in range(len(names)) if number != first)]


def _value_types(file: File, order: list[int]) -> list[ValueType]:
    found: list[ValueType] = []
    for number in order:
        name, unit = file.value_types[number]
        kind = ValueType(name, NANOSECONDS if unit in _UNITS else unit or COUNT)
        while kind in found:
            kind = ValueType(f"{kind.type}'", kind.unit)
        found.append(kind)
    return found


def _values(
    file: File, samples: list[Sample], order: list[int], source: str
) -> npt.NDArray[np.int64]:
    rows = [[signed(value) for value in sample.values] for sample in samples]
    values = np.array(rows, np.int64)[:, order]
    factor = np.array([_UNITS.get(file.value_types[n][1], 1) for n in order], np.int64)
    if (np.abs(values.astype(np.float64)) * factor).sum() >= _LARGEST:
        raise FormatError(source, "the values are too large to be summed")
    return values * factor


def _owner(labels: list[Label]) -> Owner:
    """Return the thread that a sample's labels name."""
    said = {label.key: label for label in labels}

    def text(keys: tuple[str, ...]) -> str:
        return next((said[key].text for key in keys if key in said), "")

    def number(keys: tuple[str, ...]) -> int:
        label = next((said[key] for key in keys if key in said), None)
        if label is None or label.number < 0:
            return ABSENT
        return int(label.text) if label.text.isdecimal() else label.number

    return Owner(text(_THREAD), number(_THREAD_ID), number(_PROCESS_ID), text(_PROCESS))


def _meta(file: File, source: str) -> Meta:
    is_time = file.period_unit in _UNITS
    start = file.time if file.time > 0 or file.duration > 0 else None
    return Meta(
        format="pprof",
        source=source,
        start_time=start,
        end_time=None if start is None else start + max(file.duration, 0),
        interval=file.period * _UNITS[file.period_unit] if is_time and file.period > 0 else None,
        facts=tuple(("comment", text) for text in file.comments if text),
    )


class _Frames:
    """The frames of each location, from the caller to what was inlined into it."""

    def __init__(self, file: File, builder: ProfileBuilder) -> None:
        self._file = file
        self._builder = builder
        self._library_of = {0: ABSENT}
        for number, mapping in file.mappings.items():
            self._library_of[number] = len(builder.libraries)
            bias = mapping.start - mapping.offset
            builder.libraries.append(Library(mapping.path, mapping.start, mapping.end, bias))
        self._columns = self._beginnings()
        self.of_locations = {
            number: self._intern(location) for number, location in file.locations.items()
        }

    def _beginnings(self) -> dict[int, int]:
        """Return the columns where functions begin: of those that no other position is known of."""
        places: dict[int, set[tuple[int, int]]] = {}
        for location in self._file.locations.values():
            for line in location.lines:
                places.setdefault(line.function, set()).add((line.line, line.column))
        return {
            number: column
            for number, found in places.items()
            for line, column in found
            if len(found) == 1 and line == self._file.functions[number].start_line and column > 0
        }

    def _intern(self, location: Location) -> list[int]:
        library = self._library_of.get(location.mapping, ABSENT)
        address = location.address if 0 < location.address < 1 << 63 else ABSENT
        if not location.lines:
            return [self._nameless(location, address, library)]
        frames = []
        for line in reversed(location.lines):
            function = self._file.functions[line.function]
            kind = kind_of(function.name, function.file)
            if kind == Kind.UNKNOWN and library != ABSENT:
                kind = Kind.NATIVE
            begin = function.start_line if function.start_line > 0 else ABSENT
            has_run = line.line > 0 and line.line != function.start_line
            frames.append(
                self._builder.frame(
                    self._builder.function(
                        function.name or ANONYMOUS,
                        path_of(function.file),
                        begin,
                        self._columns.get(line.function, ABSENT),
                        kind,
                    ),
                    line.line if has_run else ABSENT,
                    line.column if has_run and line.column > 0 else ABSENT,
                    address=address,
                    library=library,
                )
            )
        return frames

    def _nameless(self, location: Location, address: int, library: int) -> int:
        """Return the frame of an address without a name: its library is all that is known."""
        path = self._builder.libraries[library].path if library != ABSENT else ""
        name = path.rpartition("/")[2] or f"0x{location.address:x}"
        kind = Kind.SHARED_LIBRARY if library != ABSENT else Kind.NATIVE
        function = self._builder.function(name, path, kind=kind)
        return self._builder.frame(function, address=address, library=library)
