"""Frames: a position in a function, as compiled; and the libraries that native frames lie in."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from profkit.profile.columns import IndexColumn, ValueColumn, indexes, values

__all__ = ["FrameTable", "Library", "Tier"]


class Tier(enum.IntEnum):
    """Which of V8's compilers made the code of a frame."""

    NONE = 0
    IGNITION = 1
    SPARKPLUG = 2
    MAGLEV = 3
    TURBOFAN = 4

    @property
    def label(self) -> str:
        """The word that tables and JSON use, such as ``turbofan``."""
        return self.name.lower()

    @property
    def mark(self) -> str:
        """The mark that V8 writes before a function's name."""
        return ("", "~", "^", "+", "*")[self]


@dataclass(frozen=True, slots=True)
class FrameTable:
    """One row a frame; columns of shape ``(frames,)``, ``int32`` but for ``address``.

    ``function`` indexes the function table. ``line`` and ``column`` are the position executed,
    1-based, -1 where unknown. ``address`` (``int64``) and ``library`` place native frames, -1
    elsewhere. ``tier`` is a :class:`Tier`. ``tag`` indexes the profile's strings: the recording
    tool's own label of the frame, -1 where it has none beyond the function's name.
    """

    function: IndexColumn
    line: IndexColumn
    column: IndexColumn
    address: ValueColumn
    library: IndexColumn
    tier: IndexColumn
    tag: IndexColumn

    def __post_init__(self) -> None:
        for field in ("function", "line", "column", "library", "tier", "tag"):
            object.__setattr__(self, field, indexes(getattr(self, field)))
        object.__setattr__(self, "address", values(self.address))

    def __len__(self) -> int:
        return len(self.function)


@dataclass(frozen=True, slots=True)
class Library:
    """A file mapped into the process: its path and the address range ``[start, end)``.

    ``bias`` is what was added to the file's own addresses when it was loaded.
    """

    path: str
    start: int
    end: int
    bias: int = 0
