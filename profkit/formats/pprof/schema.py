"""The message, decoded: its tables with the numbers by which they refer to one another."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from profkit.errors import FormatError
from profkit.formats.pprof.protobuf import TruncatedError, WireError, fields, signed, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["File", "Function", "Label", "Line", "Location", "Mapping", "Sample", "parse"]

Row = TypeVar("Row")
_LARGEST_SIGNED = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Label:
    """Something said of a sample: ``text``, or ``number`` where that is empty."""

    key: str
    text: str
    number: int


@dataclass(slots=True)
class Sample:
    """Locations from leaf to root, and a value of each type."""

    locations: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    labels: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A position in a function."""

    function: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Location:
    """An address, and its positions: the innermost of inlined functions first."""

    mapping: int
    address: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function, and the line where it begins, 0 if unknown."""

    name: str
    file: str
    start_line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A file that was mapped to ``[start, end)``, from ``offset`` on."""

    path: str
    start: int
    end: int
    offset: int


@dataclass(slots=True)
class File:
    """All of a message. ``value_types`` are pairs of type and unit, ``shown`` the preferred type.

    ``labels`` decodes the labels of a sample; raises :class:`FormatError` where they are damaged.
    """

    value_types: list[tuple[str, str]]
    samples: list[Sample]
    mappings: dict[int, Mapping]
    locations: dict[int, Location]
    functions: dict[int, Function]
    labels: Callable[[Sample], list[Label]]
    time: int
    duration: int
    period: int
    period_unit: str
    shown: str
    comments: list[str]


def parse(data: bytes, source: str) -> File:
    """Decode a message.

    Raises :class:`FormatError` where it is damaged, or a string or an id is not there.
    """
    with _damage_told(source):
        return _Decoder(data, source).file()


@contextmanager
def _damage_told(source: str) -> Iterator[None]:
    """Name the file where bytes make no sense. Raises :class:`FormatError` there."""
    try:
        yield
    except TruncatedError as error:
        raise FormatError(source, f"the profile {error.args[0]}") from None
    except WireError as error:
        raise FormatError(source, f"is no valid profile: {error.args[0]}") from None


class _Decoder:
    def __init__(self, data: bytes, source: str) -> None:
        self._source = source
        self._blocks: dict[int, list[bytes]] = {}
        self._numbers: dict[int, list[int]] = {}
        for number, value in fields(data):
            if isinstance(value, int):
                self._numbers.setdefault(number, []).append(value)
            else:
                self._blocks.setdefault(number, []).append(value)
        self._strings = [text.decode("utf-8", "replace") for text in self._blocks.get(6, [b""])]

    def file(self) -> File:
        period_type = self._blocks.get(11, [b""])[-1]
        comments = [*self._numbers.get(13, ())]
        for values in self._blocks.get(13, ()):
            comments += unpacked(values)
        return File(
            value_types=[self._value_type(data) for data in self._blocks.get(1, ())],
            samples=[_sample(data) for data in self._blocks.get(2, ())],
            mappings=dict(self._table(3, self._mapping)),
            locations=dict(self._table(4, _location)),
            functions=dict(self._table(5, self._function)),
            labels=self._labels,
            time=self._last(9),
            duration=self._last(10),
            period=self._last(12),
            period_unit=self._value_type(period_type)[1],
            shown=self._text(self._last(14)),
            comments=[self._text(number) for number in comments],
        )

    def _last(self, number: int) -> int:
        return signed(self._numbers.get(number, [0])[-1])

    def _text(self, number: int) -> str:
        if number >= len(self._strings):
            message = f"string {number} does not exist; there are {len(self._strings)}"
            raise FormatError(self._source, message)
        return self._strings[number]

    def _table(
        self, number: int, decoded: Callable[[dict[int, int], list[bytes]], Row]
    ) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a table by their id, which is field 1 in all of them."""
        for data in self._blocks.get(number, ()):
            numbers, blocks = _split(data)
            yield numbers.get(1, 0), decoded(numbers, blocks)

    def _value_type(self, data: bytes) -> tuple[str, str]:
        numbers, _ = _split(data)
        return self._text(numbers.get(1, 0)), self._text(numbers.get(2, 0))

    def _mapping(self, numbers: dict[int, int], _: list[bytes]) -> Mapping:
        start, end, offset = (min(numbers.get(n, 0), _LARGEST_SIGNED) for n in (2, 3, 4))
        return Mapping(self._text(numbers.get(5, 0)), start, end, offset)

    def _function(self, numbers: dict[int, int], _: list[bytes]) -> Function:
        name = self._text(numbers.get(2, 0)) or self._text(numbers.get(3, 0))
        return Function(name, self._text(numbers.get(4, 0)), signed(numbers.get(5, 0)))

    def _labels(self, sample: Sample) -> list[Label]:
        with _damage_told(self._source):
            return [self._label(data) for data in sample.labels]

    def _label(self, data: bytes) -> Label:
        numbers, _ = _split(data)
        key, text = self._text(numbers.get(1, 0)), self._text(numbers.get(2, 0))
        return Label(key, text, signed(numbers.get(3, 0)))


def _split(data: bytes) -> tuple[dict[int, int], list[bytes]]:
    """Return a message's integers by their field, and what has a length."""
    numbers: dict[int, int] = {}
    blocks: list[bytes] = []
    for number, value in fields(data):
        if isinstance(value, int):
            numbers[number] = value
        else:
            blocks.append(value)
    return numbers, blocks


def _sample(data: bytes) -> Sample:
    sample = Sample()
    columns = {1: sample.locations, 2: sample.values}
    for number, value in fields(data):
        if number in columns:
            columns[number] += [value] if isinstance(value, int) else unpacked(value)
        elif isinstance(value, bytes):
            sample.labels.append(value)
    return sample


def _location(numbers: dict[int, int], blocks: list[bytes]) -> Location:
    lines = tuple(
        Line(line.get(1, 0), signed(line.get(2, 0)), signed(line.get(3, 0)))
        for line, _ in map(_split, blocks)
    )
    return Location(numbers.get(2, 0), numbers.get(3, 0), lines)
