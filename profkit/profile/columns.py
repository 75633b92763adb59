"""Columns: read-only numpy arrays of a fixed dtype, and the few operations that tables share."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ABSENT",
    "BLOCK",
    "IndexColumn",
    "StateColumn",
    "ValueColumn",
    "concat",
    "freeze",
    "indexes",
    "look_up",
    "ragged",
    "states",
    "sums_by",
    "unique_rows",
    "values",
]

IndexColumn: TypeAlias = npt.NDArray[np.int32]
"""``int32``: an index into another table, or a small number; :data:`ABSENT` where there is none."""

ValueColumn: TypeAlias = npt.NDArray[np.int64]
"""``int64``: a measured value, a time in nanoseconds or an address."""

StateColumn: TypeAlias = npt.NDArray[np.int8]
"""``int8``: a small code of the profiler's own, such as V8's state."""

ABSENT = -1

BLOCK = 1 << 16
"""How many rows are worked on at a time where columns are long: what fits into a cache."""

_EXACT = 2.0**53

_Scalar = TypeVar("_Scalar", bound=np.generic)


def freeze(column: npt.NDArray[np.generic]) -> None:
    """Make a column read-only, in place."""
    column.setflags(write=False)


def indexes(column: npt.ArrayLike) -> IndexColumn:
    """Return ``column`` as a read-only ``int32`` array; a view where that is possible.

    This and its two sisters raise ``OverflowError`` for a number that the type cannot hold.
    """
    return _typed(column, np.int32)


def values(column: npt.ArrayLike) -> ValueColumn:
    """Return ``column`` as a read-only ``int64`` array; a view where that is possible."""
    return _typed(column, np.int64)


def states(column: npt.ArrayLike) -> StateColumn:
    """Return ``column`` as a read-only ``int8`` array; a view where that is possible."""
    return _typed(column, np.int8)


def _typed(column: npt.ArrayLike, dtype: type[_Scalar]) -> npt.NDArray[_Scalar]:
    given = np.asarray(column)
    view = np.asfortranarray(given, dtype=dtype).view()  # each column of a matrix in one piece
    if given.dtype != dtype and not np.array_equal(given, view):
        raise OverflowError(f"a number does not fit into {dtype.__name__}")
    freeze(view)
    return view


def concat(
    columns: Sequence[npt.NDArray[np.generic]], dtype: type[_Scalar]
) -> npt.NDArray[_Scalar]:
    """Join columns end to end; an empty column of ``dtype`` where there is none."""
    return np.concatenate(columns).astype(dtype) if columns else np.zeros(0, dtype)


def look_up(table: npt.NDArray[np.integer], rows: npt.NDArray[np.integer], low: int = 0) -> None:
    """Put what ``table`` has at ``rows - low`` in the place of ``rows``, of shape ``(rows,)``.

    In place and by blocks, for a column may be longer than all else that is in memory.
    """
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        part[:] = table[part - low]


def ragged(
    starts: npt.NDArray[np.integer], counts: npt.NDArray[np.integer]
) -> npt.NDArray[np.int64]:
    """Return the positions of ragged rows: ``starts[0], starts[0]+1, …, starts[1], …``.

    ``starts`` and ``counts`` are of shape ``(rows,)``; the answer of shape ``(sum(counts),)``.
    """
    ends = np.cumsum(counts, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    answer = np.arange(total, dtype=np.int64)
    answer += np.repeat(starts - ends + counts, counts)
    return answer


def unique_rows(
    *columns: npt.NDArray[np.integer],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the distinct rows of a table given by its columns, each of shape ``(rows,)``.

    Returns ``(first, row_of)``: the position at which each distinct row first stands, in that
    order, and for each row the number of its distinct row.
    """
    rows = len(columns[0])
    order = np.lexsort(columns[::-1])
    fresh = np.ones(rows, bool)
    if rows:
        fresh[1:] = False
        for column in columns:
            ordered = column[order]
            fresh[1:] |= ordered[1:] != ordered[:-1]
    group = np.cumsum(fresh) - 1
    first = order[fresh]  # lexsort is stable: the first of each group stands first in the table
    by_place = np.argsort(first, kind="stable")
    rank = np.empty_like(by_place)
    rank[by_place] = np.arange(len(by_place))
    row_of = np.empty(rows, np.int64)
    row_of[order] = rank[group]
    return first[by_place], row_of


def sums_by(
    group: npt.NDArray[np.integer], value: npt.NDArray[np.int64] | None, size: int
) -> npt.NDArray[np.int64]:
    """Sum ``value`` by ``group``, both of shape ``(rows,)``; the answer of shape ``(size,)``.

    Without a value, rows are counted.
    """
    answer = np.zeros(size, np.int64)
    step = max(BLOCK, size)
    for start in range(0, len(group), step):
        rows = slice(start, start + step)
        part = None if value is None else value[rows]
        if part is None:
            answer += np.bincount(group[rows], minlength=size)
        elif max(float(part.max()), -float(part.min())) * len(part) < _EXACT:  # floats are exact
            answer += np.bincount(group[rows], part, size).astype(np.int64)
        else:
            np.add.at(answer, group[rows], part)
    return answer
