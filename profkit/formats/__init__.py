"""Bytes to Profile: the formats that profkit reads, and how a file's format is told."""

from profkit.formats.registry import (
    FORMATS,
    Compat,
    Format,
    ReadOptions,
    Weighing,
    detect,
    find_format,
)
from profkit.formats.selection import TickSelection

__all__ = [
    "FORMATS",
    "Compat",
    "Format",
    "ReadOptions",
    "TickSelection",
    "Weighing",
    "detect",
    "find_format",
]
