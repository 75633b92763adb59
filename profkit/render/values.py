"""Values as people read them: one scale for a whole column, shares with one decimal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from profkit.profile import COUNT, NANOSECONDS, Action
from profkit.render.escape import escape

if TYPE_CHECKING:
    from profkit.profile import Ledger, ValueType

__all__ = [
    "NO_SHARE",
    "Scale",
    "count",
    "duration",
    "moment",
    "noteworthy_losses",
    "percent",
    "round_up",
    "scale_of",
    "share",
    "shown_of",
    "time_axis",
]

NO_SHARE = "-"

_WORTH_NOTING = 0.01
_TICK = 12
_MICROSECOND, _MILLISECOND, _SECOND = 10**3, 10**6, 10**9


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of one column are written: divided, with decimals, under a label."""

    label: str
    divisor: int = 1
    decimals: int = 0

    def format(self, value: int) -> str:
        """Return a value without its unit, as in ``1,234.5``."""
        if self.divisor == 1:
            return f"{value:,}"
        return f"{value / self.divisor:,.{self.decimals}f}"

    def with_label(self, value: int) -> str:
        """Return a value with its unit, as in ``1,234.5 ms``."""
        return f"{self.format(value)} {self.label}"


def scale_of(value_type: ValueType, total: int) -> Scale:
    """Return the scale in which values up to ``total`` are read best.

    Times are in µs, ms or s; counts go by what is counted; other units stay as they are. Labels
    are escaped: a file may name its values as it likes.
    """
    if value_type.unit != NANOSECONDS:
        return Scale(escape(value_type.type if value_type.unit == COUNT else value_type.unit))
    if abs(total) >= 100 * _SECOND:
        return Scale("s", _SECOND, 2)
    if abs(total) >= 10 * _MILLISECOND:
        return Scale("ms", _MILLISECOND, 1)
    return Scale("µs", _MICROSECOND, 1)


def share(value: int, total: int) -> str:
    """Return a share in percent with one decimal, without the sign; ``-`` of a total of 0."""
    if not total:
        return NO_SHARE
    text = f"{100 * value / total:.1f}"
    return "0.0" if text == "-0.0" else text


def percent(value: int, total: int) -> str:
    """Return a share as prose has it, as in ``3.1 %``."""
    return f"{share(value, total)} %"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number and its noun, as in ``1 thread`` and ``1,234 samples``."""
    plural = plural or (f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s")
    return f"{number:,} {noun if number == 1 else plural}"


def shown_of(shown: int, existing: int, noun: str, plural: str = "") -> str:
    """Return how much of what exists is shown, as in ``12 of 431 functions shown``."""
    named = count(existing, noun, plural)
    if shown < existing:
        return f"{shown:,} of {named} shown"
    return f"all {named} shown" if existing > 1 else f"{named} shown"


def duration(nanoseconds: int) -> str:
    """Return a time that stands alone, in the unit that suits it: ``850.0 µs``, ``63.20 s``."""
    for unit, divisor, decimals in (
        ("s", _SECOND, 2),
        ("ms", _MILLISECOND, 1),
        ("µs", _MICROSECOND, 1),
    ):
        if abs(nanoseconds) >= divisor:
            return Scale(unit, divisor, decimals).with_label(nanoseconds)
    return f"{nanoseconds} ns"


def moment(nanoseconds: int) -> str:
    """Return a time on an axis, without digits that say nothing: ``0``, ``50 ms``, ``1.5 s``."""
    for unit, size in (("s", _SECOND), ("ms", _MILLISECOND), ("µs", _MICROSECOND)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.9g} {unit}"
    return f"{nanoseconds} ns" if nanoseconds else "0"


def round_up(number: int) -> int:
    """Return the next number that is 1, 2 or 5 times a power of ten."""
    power = int(10 ** (len(str(number)) - 1))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= number)


def time_axis(whole: int, columns: int) -> str:
    """Return a line of times at round numbers, in so many columns for ``whole`` nanoseconds."""
    if not whole:
        return "0"
    step = round_up(max(whole * min(_TICK, max(columns // 2, 1)) // columns, 1))
    line = ""
    for tick in range(0, whole, step):
        at = tick * columns // whole
        label = f"|{moment(tick)}"
        if at + len(label) <= columns or not line:
            line = line.ljust(at) + label
    return line


def noteworthy_losses(ledger: Ledger) -> str:
    """Return where more than a hundredth of the lines, ticks … was dropped or repaired, or none."""
    lost = []
    for unit in dict.fromkeys(entry.unit for entry in ledger.losses):
        dropped = sum(entry.count for entry in ledger.losses if entry.unit == unit)
        known = ledger.count(Action.READ, unit) or dropped + ledger.count(Action.USED, unit)
        if dropped > known * _WORTH_NOTING:
            lost.append(f"{dropped:,} of {known:,} {escape(unit)}")
    return ", ".join(lost)
