"""From the numbers of a file to whole ones: nanoseconds, bytes, counts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from profkit.errors import FormatError
from profkit.formats.decimals import UNITS, digits_for
from profkit.profile import NANOSECONDS, ValueType

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from profkit.formats.speedscope.schema import Unit

    Ints = npt.NDArray[np.int64]
    Numbers = npt.NDArray[Any]

__all__ = ["Scale", "scale_of"]

_NANOSECONDS = {
    "nanoseconds": 1,
    "microseconds": 10**3,
    "milliseconds": 10**6,
    "seconds": 10**9,
}
_TIME = ValueType("time", NANOSECONDS)
_LARGEST = 2.0**61
# What a number with decimals misses a whole one by where it was one before it became binary.
_NOISE = 1e-3


class Scale:
    """Turns numbers of one unit into whole ones; ``value_type`` is what those measure."""

    def __init__(self, factor: int, value_type: ValueType, source: str) -> None:
        self.factor = factor
        self.value_type = value_type
        self._source = source

    @property
    def is_time(self) -> bool:
        """Whether the numbers are times."""
        return self.value_type is _TIME

    def points(self, numbers: Numbers, at: str) -> Ints:
        """Convert each number by itself. Raises :class:`FormatError` where one is too large."""
        self._refuse_overflow(float(np.abs(numbers.astype(np.float64)).max(initial=0)), at)
        whole, part = self._split(numbers)
        return whole + np.rint(part).astype(np.int64)

    def amounts(self, numbers: Numbers, at: str) -> Ints:
        """Convert numbers of 0 or more, so that their sum is right to less than one.

        Raises :class:`FormatError` where that is too large.
        """
        with np.errstate(over="ignore"):
            self._refuse_overflow(float(numbers.astype(np.float64).sum()), at)
        whole, part = self._split(numbers)
        near = np.rint(part)
        if (np.abs(part - near) > _NOISE).any():
            near = np.diff(np.rint(np.cumsum(part)), prepend=0)
        return whole + near.astype(np.int64)

    def _refuse_overflow(self, size: float, at: str) -> None:
        if size * self.factor >= _LARGEST:
            raise FormatError(self._source, "the values are too large to be summed", where=at)

    def _split(self, numbers: Numbers) -> tuple[Ints, npt.NDArray[np.float64]]:
        floor = np.floor(numbers)
        return floor.astype(np.int64) * self.factor, (numbers - floor) * float(self.factor)


def scale_of(unit: Unit, numbers: Iterable[Numbers], source: str) -> Scale:
    """Return how to convert a unit, given all the numbers of that unit in the file."""
    if unit in _NANOSECONDS:
        return Scale(_NANOSECONDS[unit], _TIME, source)
    if unit == "bytes":
        return Scale(1, ValueType("bytes", "bytes"), source)
    fractions = (
        Decimal(repr(number))
        for column in numbers
        if column.dtype == np.float64
        for number in column[column != np.rint(column)].tolist()
    )
    digits = digits_for(fractions)
    return Scale(10**digits, ValueType("samples", UNITS[digits]), source)
