"""Columns of whole numbers as a page holds them: the smallest type that fits, byte by byte.

A column is written as its differences where these are smaller, divided by what all its numbers have
in common, and with the lowest bytes of all its numbers first, then the next ones: that way a quick
compression finds most of what is to be found. ``model.js`` reads it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Integers = npt.NDArray[np.integer]

__all__ = ["ColumnWriter"]

_TYPES = (np.int8, np.int16, np.int32)


class ColumnWriter:
    """Columns being written, one after the other."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._at = 0

    def add(self, column: Integers, *, deltas: bool = False) -> dict[str, object]:
        """Add a column of shape ``(rows,)``; return what the head says of it.

        ``deltas`` is for columns whose numbers are near those before them, such as times. Numbers
        beyond 2**53 are rounded: JavaScript's are floats.
        """
        rows = len(column)
        numbers = column.astype(np.int64, copy=False)
        if deltas:
            numbers = np.diff(numbers, prepend=np.int64(0))
        scale = max(1, int(np.gcd.reduce(numbers))) if rows else 1
        stored = _narrow(numbers // scale if scale > 1 else numbers)
        width = stored.dtype.itemsize
        planes = stored.view(np.uint8).reshape(rows, width).T
        said = {
            "column": stored.dtype.str[1:],
            "rows": rows,
            "at": self._at,
            "deltas": deltas,
            "scale": scale,
        }
        self._pieces.append(np.ascontiguousarray(planes).tobytes())
        self._at += rows * width
        return said

    def pieces(self) -> Iterator[bytes]:
        """Yield what was written."""
        yield from self._pieces


def _narrow(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.generic]:
    """Return the numbers in the smallest type that holds them, little-endian."""
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    for kind in _TYPES:
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return numbers.astype(np.dtype(kind).newbyteorder("<"))
    return numbers.astype(np.dtype("<f8"))
