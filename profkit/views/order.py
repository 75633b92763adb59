"""The one order of all views: values falling, equal ones by name and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import full_place, function_name

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from profkit.profile import Profile

    Label = tuple[str, ...]

__all__ = ["function_label", "greatest", "ordered"]


def function_label(profile: Profile, function: int) -> Label:
    """Return what functions of equal value are ordered by."""
    return function_name(profile, function), full_place(profile, function)


def greatest(
    measured: npt.NDArray[np.int64 | np.float64],
    limit: int | None,
    label: Callable[[int], Label],
) -> npt.NDArray[np.int64]:
    """Return the positions of the ``limit`` greatest values in order; of all for None.

    ``label(position)`` is asked only where it may matter.
    """
    count = len(measured)
    limit = count if limit is None else min(limit, count)
    if not limit:
        return np.zeros(0, np.int64)
    least = np.partition(measured, count - limit)[count - limit]
    candidates = np.flatnonzero(measured >= least)
    keyed = sorted(
        (-value, label(position), position)
        for position, value in zip(candidates.tolist(), measured[candidates].tolist(), strict=True)
    )
    return np.array([position for _, _, position in keyed[:limit]], np.int64)


def ordered(
    profile: Profile, function: npt.NDArray[np.integer], measured: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the order of all rows, each a function with a value; both of shape ``(rows,)``."""
    distinct, row = np.unique(function, return_inverse=True)
    labels = [(function_label(profile, number), number) for number in distinct.tolist()]
    ranks = np.empty(len(labels), np.int64)
    ranks[sorted(range(len(labels)), key=labels.__getitem__)] = np.arange(len(labels))
    return np.lexsort((ranks[row], -measured))
