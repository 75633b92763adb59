"""Symbols by address: what an ELF file and a saved listing have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile.columns import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

__all__ = ["SymbolFileError", "SymbolTable"]


class SymbolFileError(Exception):
    """A file with symbols makes no sense. The text says what was expected, and where."""


@dataclass(frozen=True, slots=True)
class SymbolTable:
    """Symbols sorted by where they begin; ``int64`` columns of shape ``(symbols,)``.

    A symbol covers the addresses ``[start, end)`` of its file. ``name`` returns the raw name of a
    row: most are never asked for.
    """

    start: Numbers
    end: Numbers
    name: Callable[[int], str]

    def __len__(self) -> int:
        return len(self.start)

    @classmethod
    def build(
        cls,
        start: Numbers,
        size: Numbers,
        limit: Numbers,
        rank: Numbers,
        name: Callable[[int], str],
    ) -> SymbolTable:
        """Sort symbols; of those that begin at one address the one of the lowest rank stays.

        One without a size reaches to the next symbol, if that comes before its ``limit``.
        """
        order = np.lexsort((rank, start))
        ordered = start[order]
        first = np.ones(len(order), bool)
        first[1:] = ordered[1:] != ordered[:-1]
        row = order[first]
        begin = start[row]
        following = np.append(begin[1:], np.iinfo(np.int64).max)
        end = np.where(size[row] > 0, begin + size[row], np.minimum(following, limit[row]))
        return cls(begin, end, lambda place: name(int(row[place])))

    def find(self, addresses: Numbers) -> Numbers:
        """Return the row of the symbol that covers each address, -1 where none does.

        Of symbols within one another the innermost counts. ``int64``, the shape of ``addresses``.
        """
        row = np.searchsorted(self.start, addresses, side="right") - 1
        # The last place serves -1, and covers nothing.
        end = np.append(self.end, np.iinfo(np.int64).min)
        reach = np.append(np.maximum.accumulate(self.end), np.iinfo(np.int64).min)
        while (outside := (addresses >= end[row]) & (addresses < reach[row])).any():
            row = np.where(outside, row - 1, row)
        return np.where(addresses < end[row], row, ABSENT)
