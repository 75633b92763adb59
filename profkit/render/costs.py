"""Costs as people read them: in the unit of a check, with as many digits as mean something."""

from __future__ import annotations

import math

__all__ = ["cost", "growth", "interval"]

_SHARE = "share"
_CHANGE = "change"
_TIMES = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))


def cost(value: float, unit: str, *, signed: bool = False) -> str:
    """Return a cost with its unit: ``12.3 µs/op`` of 12,300 ``ns/op``, ``3.10 %`` of a share.

    A change (0.05 is ``+5.00 %``) has its sign in any case.
    """
    divisor, label = _scale(value, unit)
    return f"{_number(value / divisor, signed=signed or unit == _CHANGE)} {label}"


def interval(low: float, high: float, unit: str, *, signed: bool = False) -> str:
    """Return both ends of an interval in one unit: ``+3.10 to +5.50 µs/op``."""
    divisor, label = _scale(max(low, high, key=abs), unit)
    is_signed = signed or unit == _CHANGE
    ends = (_number(end / divisor, signed=is_signed) for end in (low, high))
    return f"{' to '.join(ends)} {label}"


def growth(ratio: float) -> str:
    """Return how much more a multiple is, in percent: ``+35.2 %`` of 1.352; ``new`` of infinity."""
    if not math.isfinite(ratio):
        return "new"
    return f"{_number(100 * (ratio - 1), signed=True)} %"


def _scale(value: float, unit: str) -> tuple[float, str]:
    if unit in (_SHARE, _CHANGE):
        return 0.01, "%"
    if unit == "ns" or unit.startswith("ns/"):
        for divisor, label in _TIMES:
            if abs(value) >= divisor:
                return divisor, label + unit[2:]
    return 1.0, unit


def _number(value: float, *, signed: bool) -> str:
    """Return three digits that count, and more where more stand before the point."""
    if not math.isfinite(value):
        return str(value)
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 (digits)
    text = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    return text.lstrip("+-") if float(text.replace(",", "")) == 0 else text
