"""The file as its specification has it; what does not fit is refused with its path."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from profkit.formats.jsontext import NULL, decode

__all__ = ["Event", "Evented", "File", "Frame", "Sampled", "Unit", "parse"]

Unit = Literal["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]
_Index = Annotated[int, msgspec.Meta(ge=0)]


class Frame(msgspec.Struct, gc=False):
    """A place in a program; ``line`` and ``col`` count from 1."""

    name: str
    file: str | None = None
    line: int | None = None
    col: int | None = None


class Event(msgspec.Struct, gc=False):
    """A frame that opens (``O``) or closes (``C``) at a time."""

    type: Literal["O", "C"]
    at: int | float
    frame: _Index


class _Profile(msgspec.Struct, tag_field="type", rename="camel"):
    unit: Unit
    name: str | None = None
    start_value: int | float | None = 0
    end_value: int | float | None = None


class Sampled(_Profile, tag="sampled"):
    """Stacks from root to leaf, as text, and a weight for each."""

    samples: list[msgspec.Raw] = []
    weights: msgspec.Raw = NULL


class Evented(_Profile, tag="evented"):
    """Frames that open and close in order of time."""

    events: list[Event] = []


class _Shared(msgspec.Struct):
    frames: list[Frame]


class File(msgspec.Struct):
    """A file: its frames, and one profile a thread."""

    shared: _Shared
    profiles: list[Sampled | Evented]
    name: str | None = None
    exporter: str | None = None


def parse(text: bytes | bytearray, source: str) -> File:
    """Decode a file. Raises :class:`~profkit.errors.FormatError` where it breaks the rules."""
    return decode(text, File, source)
