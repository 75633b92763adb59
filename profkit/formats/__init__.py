"""Bytes to Profile: the formats that profkit reads, and how a file's format is told."""

from profkit.formats.registry import FORMATS, Format, ReadOptions, detect, find_format
from profkit.formats.selection import TickSelection

__all__ = ["FORMATS", "Format", "ReadOptions", "TickSelection", "detect", "find_format"]
