"""Which lines are stacks with their counts, and which say nothing."""

from __future__ import annotations

import re

from profkit.formats.encoding import utf8_head

__all__ = ["COUNTED", "first_lines", "is_comment"]

COUNTED = re.compile(
    rb"[^\0]*\S\s+(?:[0-9]+(?:\.[0-9]*)?|[0-9]*\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*"
)
"""A line with a stack and a count of 0 or more."""

_LINES_TO_LOOK_AT = 100


def is_comment(line: bytes) -> bool:
    """Tell a comment. ``#<Class:Shop>`` is how Ruby writes a singleton class."""
    return line.startswith(b"#") and not line.startswith(b"#<")


def first_lines(head: bytes) -> list[bytes] | None:
    """Return the first lines that are neither blank nor comments; None if this is no text.

    ``head`` is the beginning of a file; a last line without an end counts only as the single one of
    a short file.
    """
    head = utf8_head(head)
    if b"\0" in head:
        return None
    whole, _, rest = head.rpartition(b"\n")
    lines = [
        line
        for line in whole.split(b"\n", _LINES_TO_LOOK_AT)[:_LINES_TO_LOOK_AT]
        if line.strip() and not is_comment(line)
    ]
    return lines or ([rest] if COUNTED.fullmatch(rest) else [])
