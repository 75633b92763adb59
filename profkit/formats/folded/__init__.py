"""Folded stacks, ``main;handle;write 12`` a line: py-spy's raw format, stackcollapse, perf, eBPF.

There is no specification; the format is what Brendan Gregg's FlameGraph scripts write and read: the
frames from root to leaf with semicolons between them, a blank, a count. A semicolon or a count
within a name cannot be told from one that is not. The parts:
:mod:`~profkit.formats.folded.lines` reads lines of any encoding,
:mod:`~profkit.formats.folded.stacks` collects stacks and counts,
:mod:`~profkit.formats.folded.names` takes the frames' labels apart.
:mod:`~profkit.formats.folded.halves` reads large files with two processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.formats.folded.lines import COUNTED, first_lines

if TYPE_CHECKING:
    from profkit.formats.registry import ReadOptions
    from profkit.profile import Profile
    from profkit.source import Source

__all__ = ["read", "sniff"]


def sniff(head: bytes) -> bool | None:
    """Tell folded stacks by their lines: surely if each ends in a count, perhaps if some do."""
    lines = first_lines(head)
    if lines is None:
        return False
    if not lines:
        # One line that is longer than the head may be a deep stack.
        return None if b";" in head else False
    counted = sum(bool(COUNTED.fullmatch(line)) for line in lines)
    if counted == len(lines):
        return True
    is_json = lines[0].lstrip().startswith((b"{", b"["))
    return None if counted and not is_json else False


def read(source: Source, options: ReadOptions) -> Profile:  # noqa: ARG001 (nothing to choose)
    """Read folded stacks, streamed; a large file with the help of another process.

    Raises :class:`~profkit.errors.FormatError` for a count that is negative or too large, where
    lines have two counts, and where most of them have none;
    :class:`~profkit.errors.EmptyInputError` where there is no stack.
    """
    from profkit.formats.folded.halves import read_all  # noqa: PLC0415 (imports numpy)

    return read_all(source).finish()
