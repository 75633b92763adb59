"""Deoptimisations: where optimised code had to be given up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from profkit.profile.columns import IndexColumn, ValueColumn, indexes, values

__all__ = ["DeoptTable"]


def _no_indexes() -> IndexColumn:
    return indexes(np.zeros(0, np.int32))


@dataclass(frozen=True, slots=True)
class DeoptTable:
    """One row for all that befell one function for one reason at one place.

    Columns of shape ``(deopts,)``. ``function`` (``int32``) is a row of the function table, -1
    where unknown; ``kind`` (such as ``eager``), ``reason`` and ``place`` (``int32``) index the
    profile's strings, -1 where the log tells nothing; ``count`` (``int64``) is how often it
    happened.
    """

    function: IndexColumn = field(default_factory=_no_indexes)
    kind: IndexColumn = field(default_factory=_no_indexes)
    reason: IndexColumn = field(default_factory=_no_indexes)
    place: IndexColumn = field(default_factory=_no_indexes)
    count: ValueColumn = field(default_factory=lambda: values(np.zeros(0, np.int64)))

    def __post_init__(self) -> None:
        for name in ("function", "kind", "reason", "place"):
            object.__setattr__(self, name, indexes(getattr(self, name)))
        object.__setattr__(self, "count", values(self.count))

    def __len__(self) -> int:
        return len(self.count)
