"""What a number measures."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COUNT", "NANOSECONDS", "ValueType"]

COUNT = "count"
NANOSECONDS = "nanoseconds"


@dataclass(frozen=True, slots=True)
class ValueType:
    """A column of sample values: what it measures and in which unit.

    ``type`` is the profiler's word (``ticks``, ``samples``, ``cpu``, ``wall``); ``unit`` is
    :data:`COUNT`, :data:`NANOSECONDS` or a unit of the file's own, such as ``bytes``.
    """

    type: str
    unit: str
