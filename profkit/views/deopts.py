"""Which functions V8 had to deoptimise, how often, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from profkit.display import Displayed
from profkit.errors import UsageError
from profkit.profile import ABSENT
from profkit.profile.columns import IndexColumn, ValueColumn, indexes, unique_rows, values
from profkit.views.order import function_label, greatest

if TYPE_CHECKING:
    from profkit.profile import Profile

__all__ = ["DEOPT_GROUPINGS", "DeoptGrouping", "DeoptOptions", "Deopts", "deopts"]

DeoptGrouping = Literal["place", "function", "reason", "kind"]
DEOPT_GROUPINGS: tuple[DeoptGrouping, ...] = ("place", "function", "reason", "kind")
_STRINGS = ("kind", "reason", "place")
_COLUMNS = {
    "place": ("function", "kind", "reason", "place"),
    "function": ("function",),
    "reason": ("reason",),
    "kind": ("kind",),
}


@dataclass(frozen=True, slots=True)
class DeoptOptions:
    """What is counted together; ``limit`` None shows every row."""

    by: DeoptGrouping = "place"
    limit: int | None = None
    value_type: int = 0


@dataclass(frozen=True, slots=True)
class Deopts(Displayed):
    """The most frequent first; columns of shape ``(rows,)``.

    ``function``, ``kind``, ``reason`` and ``place`` (``int32``) are as in
    :class:`~profkit.profile.DeoptTable`, -1 where rows are not told apart by it; ``count``
    (``int64``) is how often it happened, ``self_values`` (``int64``) what the function took itself
    in the value type's unit, 0 without a function. ``total`` counts all, ``groups`` their rows.
    ``profile`` is what it is a view of.
    """

    profile: Profile = field(repr=False, compare=False)
    options: DeoptOptions
    function: IndexColumn
    kind: IndexColumn
    reason: IndexColumn
    place: IndexColumn
    count: ValueColumn
    self_values: ValueColumn
    total: int
    groups: int

    def __len__(self) -> int:
        return len(self.count)


def deopts(profile: Profile, options: DeoptOptions | None = None) -> Deopts:
    """Count a profile's deoptimisations.

    Raises :class:`UsageError` for an unknown grouping.

    >>> import profkit
    >>> profile = profkit.load("samples/node/14.21.3/auth-api-logger.v8.log.gz")
    >>> found = profkit.deopts(profile, profkit.DeoptOptions(by="reason", limit=1))
    >>> profile.text(found.reason[0]), int(found.count[0]), found.total
    ('Insufficient type feedback for call', 1, 3)
    """
    options = options or DeoptOptions()
    if options.by not in _COLUMNS:
        raise UsageError(f"{options.by!r} cannot be counted; {', '.join(DEOPT_GROUPINGS)} can")
    table = profile.deopts
    told = [getattr(table, name) for name in _COLUMNS[options.by]]
    first, row_of = unique_rows(*told)
    count = np.zeros(len(first), np.int64)
    np.add.at(count, row_of, table.count)

    def label(row: int) -> tuple[str, ...]:
        texts = [profile.text(int(getattr(table, name)[first[row]])) for name in _STRINGS]
        function = int(table.function[first[row]])
        return (*(function_label(profile, function) if function != ABSENT else ("",)), *texts)

    shown = greatest(count, options.limit, label)
    columns = {
        name: getattr(table, name)[first[shown]]
        if name in _COLUMNS[options.by]
        else np.full(len(shown), ABSENT, np.int32)
        for name in ("function", *_STRINGS)
    }
    own = np.zeros(len(profile.functions) + 1, np.int64)
    np.add.at(own, profile.function_of_node, profile.self_values(options.value_type))
    own[ABSENT] = 0
    return Deopts(
        profile=profile,
        options=options,
        **{name: indexes(column) for name, column in columns.items()},
        count=values(count[shown]),
        self_values=values(own[columns["function"]]),
        total=int(count.sum()),
        groups=len(first),
    )
