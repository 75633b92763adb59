"""Counts with decimals as whole numbers: the unit becomes finer, and nothing is rounded away.

A profile's values are integers. Where a file counts in fractions, all its counts are multiplied by
a thousand, a million or a billion, whichever first makes them whole, and the unit says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.profile import COUNT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

__all__ = ["UNITS", "digits_for", "in_decimals", "is_exact", "shifted"]

UNITS = {0: COUNT, 3: "thousandths", 6: "millionths", 9: "billionths"}
"""The unit by the number of decimals that became part of the whole number."""

_MOST = max(UNITS)


def digits_for(numbers: Iterable[Decimal]) -> int:
    """Return how many decimals make all numbers whole: a key of :data:`UNITS`, 9 at the most."""
    needed = max((_decimals(number) for number in numbers), default=0)
    return next((digits for digits in UNITS if digits >= needed), _MOST)


def is_exact(number: Decimal) -> bool:
    """Tell whether a number has no more decimals than the finest unit."""
    return _decimals(number) <= _MOST


def shifted(number: Decimal, digits: int) -> int:
    """Return ``number`` times ten to the power of ``digits``, rounded to a whole number."""
    return int(number.scaleb(digits).to_integral_value())


def in_decimals(value: int, unit: str) -> str:
    """Write a whole number of a unit of :data:`UNITS` as what it counts; else as it is.

    >>> in_decimals(12500, "thousandths"), in_decimals(12500, "count")
    ('12.500', '12500')
    """
    digits = next((digits for digits, name in UNITS.items() if name == unit), 0)
    if not digits:
        return str(value)
    whole, part = divmod(value, 10**digits)
    return f"{whole}.{part:0{digits}d}"


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
