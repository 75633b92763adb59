"""The two forms of the file, decoded."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.jsontext import NULL, decode, is_given
from profkit.profile import NANOSECONDS, Meta, ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LARGEST", "WALL", "Session", "Tree", "TreeFrame", "meta_of", "parse"]

WALL = ValueType("wall", NANOSECONDS)
LARGEST = 2.0**61 / 1e9
"""More seconds than a sum of nanoseconds has room for."""

# A call is an object in an array, and either counts; Python itself allows 1,000 calls.
_DEEPEST = 5_000


class TreeFrame(msgspec.Struct, gc=False):
    """A node of a rendered tree; ``time`` is its total, in seconds."""

    function: str
    time: int | float
    file_path: str | None = None
    line_no: int | None = None
    class_name: str | None = None
    children: tuple[TreeFrame, ...] = ()


class _File(msgspec.Struct):
    root_frame: msgspec.Raw = NULL
    frame_records: msgspec.Raw = NULL
    start_time: int | float | None = None
    duration: int | float | None = None
    sample_count: int | None = None
    cpu_time: int | float | None = None
    target_description: str | None = None
    program: str | None = None


class Session(msgspec.Struct):
    """Samples in the order of time: the stack from its root on, and seconds."""

    records: list[tuple[tuple[str, ...], int | float]]
    head: _File


class Tree(msgspec.Struct):
    """What the JSON renderer printed."""

    root: TreeFrame
    head: _File


def parse(text: bytes | bytearray, source: str) -> Session | Tree:
    """Decode a file of either form. Raises :class:`FormatError` where it is of neither."""
    with _room_for_depth():
        file = decode(text, _File, source)
        if is_given(file.frame_records):
            records = decode(
                file.frame_records,
                list[tuple[tuple[str, ...], int | float]],
                source,
                at="$.frame_records",
            )
            return Session(records, file)
        if is_given(file.root_frame):
            return Tree(decode(file.root_frame, TreeFrame, source, at="$.root_frame"), file)
    if file.sample_count == 0:
        raise EmptyInputError(source, "holds no samples")
    raise FormatError(source, "has neither `root_frame` nor `frame_records`", where="$")


def meta_of(head: _File, source: str) -> Meta:
    """Return what the file tells of itself; times that make no sense are left out."""
    start = end = None
    if head.start_time is not None and 0 <= head.start_time < LARGEST:
        start = round(head.start_time * 1e9)
        if head.duration is not None and 0 <= head.duration < LARGEST:
            end = start + round(head.duration * 1e9)
    facts = [("program", head.target_description or head.program or "")]
    if head.cpu_time is not None:
        facts.append(("processor time", f"{head.cpu_time:.6g} s"))
    if head.sample_count is not None:
        facts.append(("samples taken", f"{head.sample_count:,}"))
    return Meta(
        format="pyinstrument",
        source=source,
        producer="pyinstrument",
        start_time=start,
        end_time=end,
        facts=tuple((name, value) for name, value in facts if value),
    )


@contextmanager
def _room_for_depth() -> Iterator[None]:
    """Let a tree be as deep as the stacks of a program; its limit counts for the decoder, too."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
