"""A large file is read by two processes: the later half of its lines meanwhile by another one.

Stacks are told apart by their labels there, and a label becomes a frame here, in the order in which
labels first come in the whole file. So the profile is the one that one process makes.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from profkit.formats.encoding import is_utf16
from profkit.formats.folded.stacks import Stacks
from profkit.processes import Helper, HelperLostError, processors
from profkit.source import open_source

if TYPE_CHECKING:
    from array import array
    from decimal import Decimal

    import numpy.typing as npt

    from profkit.formats.pyspy import Owner
    from profkit.profile import Ledger, StackTree
    from profkit.profile.columns import IndexColumn
    from profkit.source import Source

__all__ = ["LaterPart", "read_all", "read_part"]

WORTH_TWO = 48 << 20
"""From this size on it is worth the start of another process."""

_OWN_SHARE = 0.52
"""What the process that is running already reads: the other one has to start."""

_CHUNK = 1 << 20


def read_all(source: Source) -> Stacks:
    """Read all lines of a source, a large file with the help of another process.

    Raises what :meth:`Stacks.read` does.
    """
    stacks = Stacks(source.name)
    begin = _begin_of_later_half(source)
    if begin is None:
        stacks.read(source)
        return stacks
    with Helper() as helper:
        with contextlib.suppress(HelperLostError):
            helper.ask(read_part, source.path, begin)
        stacks.read(source, begin)
        try:
            part = cast("LaterPart", helper.answer())
        except HelperLostError:
            part = read_part(source.path, begin)
        stacks.append(part)
    return stacks


def read_part(path: str, begin: int) -> LaterPart:
    """Read a file from a byte on, where a line begins. Raises what :meth:`Stacks.read` does."""
    stacks = LaterStacks(path, _count_lines(path, begin))
    with open_source(path, begin=begin) as source:
        stacks.read(source)
    return stacks.part()


def _count_lines(path: str, end: int) -> int:
    """Count the lines before a byte, for messages name lines by their number in the whole file."""
    lines = 0
    with open(path, "rb") as file:  # noqa: PTH123 (nothing of pathlib is needed)
        while end > 0 and (chunk := file.read(min(_CHUNK, end))):
            lines += chunk.count(b"\n")
            end -= len(chunk)
    return lines


def _begin_of_later_half(source: Source) -> int | None:
    """Return the byte where another process is to begin; None where one is as good as two."""
    large = source.path and not source.compression and (source.size or 0) >= WORTH_TWO
    if not large or is_utf16(source.head) or processors() < 2:  # noqa: PLR2004
        return None
    with open(source.path, "rb") as file:  # noqa: PTH123 (the same)
        file.seek(int((source.size or 0) * _OWN_SHARE))
        file.readline()
        begin = file.tell()
    return begin if begin < (source.size or 0) else None


@dataclass(frozen=True, slots=True)
class LaterPart:
    """What the lines of a file from some line on hold, read without those before.

    The frames of ``trees`` are the numbers of ``labels``. ``lines`` is the number of the last line
    in the whole file; the rest is what :class:`Stacks` calls so.
    """

    labels: list[bytes]
    line_of_label: array[int]
    trees: list[tuple[StackTree, IndexColumn]]
    owners: list[Owner]
    owner_of_row: array[int]
    nameless: dict[int, tuple[int, int]]
    row_of_value: array[int]
    values: array[int]
    fractions: dict[int, Decimal]
    ledger: Ledger
    lines: int
    dropped: int


class LaterStacks(Stacks):
    """Stacks of a file from some line on, whose labels are left to who has read those before."""

    def __init__(self, source: str, lines: int) -> None:
        super().__init__(source)
        self._lines = lines

    def part(self) -> LaterPart:
        """Return what was read."""
        self._end_part()
        return LaterPart(
            list(self._labels),
            self._line_of_label,
            list(zip(self._trees, self._leaves, strict=True)),
            list(self._owners),
            self._owner_of_row,
            self._nameless,
            self._row_of_value,
            self._values,
            self._fractions,
            self._builder.ledger.close(),
            self._lines,
            self._dropped,
        )

    def _frames(self) -> npt.NDArray[np.int64]:
        return np.arange(len(self._labels))

    def _refuse_differences(self, lines: list[bytes]) -> None:
        """Leave it to who looks at the first lines."""
