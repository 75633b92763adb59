"""The flat view: which functions, files, packages or kinds of code take the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, Kind, function_name
from profkit.profile.columns import indexes, unique_rows, values
from profkit.views.charging import charged
from profkit.views.order import function_label, greatest

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.profile.columns import IndexColumn, ValueColumn

__all__ = [
    "GROUPINGS",
    "ORDERS",
    "Grouping",
    "Order",
    "Ranking",
    "RankingOptions",
    "group_name",
    "rank",
]

Grouping = Literal["function", "file", "line", "package", "kind"]
Order = Literal["self", "charged", "total"]

GROUPINGS: tuple[Grouping, ...] = ("function", "file", "line", "package", "kind")
ORDERS: tuple[Order, ...] = ("self", "charged", "total")


@dataclass(frozen=True, slots=True)
class RankingOptions:
    """What is ranked, by what, and how much of it is shown.

    ``limit`` None shows every group; ``value_type`` is a number in the profile's value types.
    """

    by: Grouping = "function"
    sort: Order = "self"
    limit: int | None = None
    value_type: int = 0
    include_idle: bool = False


@dataclass(frozen=True, slots=True)
class Ranking:
    """The groups that take the most, the greatest first; columns of shape ``(rows,)``.

    ``group`` (``int32``) is a function's number or a :class:`Kind`; for lines the number of a frame
    on it, for files and packages the string's number, or -1 less the :class:`Kind` where there is
    no line, file or package. ``self_values``,
    ``charged_values`` and ``total_values`` (``int64``) are in the value type's unit. What is
    charged is defined by :func:`profkit.views.charging.charged`; a total counts recursion once.
    ``total`` is what all shares are of. ``groups`` counts the groups that took anything,
    ``self_below`` is what the groups that are not shown took themselves.
    """

    options: RankingOptions
    group: IndexColumn
    self_values: ValueColumn
    charged_values: ValueColumn
    total_values: ValueColumn
    total: int
    groups: int
    self_below: int

    def __len__(self) -> int:
        return len(self.group)


def rank(profile: Profile, options: RankingOptions | None = None) -> Ranking:
    """Rank a profile's groups by their self, charged or total value, equal ones by name.

    Raises :class:`UsageError` for a grouping that there is not.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> ranking = profkit.top(profile, profkit.RankingOptions(limit=2))
    >>> [profkit.function_name(profile, function) for function in ranking.group]
    ['libc.so.6', 'node']
    >>> ranking.self_values.tolist(), ranking.total
    ([2637, 1663], 5849)
    """
    options = options or RankingOptions()
    own = profile.self_values(options.value_type, include_idle=options.include_idle)
    shift = len(Kind)
    group_of_node = _groups(profile, options.by)[profile.tree.frame] + shift
    size = int(group_of_node.max(initial=ABSENT)) + 1
    self_values = np.zeros(size, np.int64)
    np.add.at(self_values, group_of_node, own)
    charged_values = np.zeros(size, np.int64)
    np.add.at(charged_values, group_of_node, charged(profile, own))
    outermost = profile.tree.outermost(group_of_node)
    total_values = np.zeros(size, np.int64)
    np.add.at(total_values, group_of_node[outermost], profile.tree.totals(own)[outermost])
    present = np.flatnonzero((self_values != 0) | (total_values != 0))
    by = {"self": self_values, "charged": charged_values, "total": total_values}[options.sort]

    def label(position: int) -> tuple[str, ...]:
        group = int(present[position]) - shift
        if options.by == "function":
            return function_label(profile, group)
        return (group_name(profile, options.by, group),)

    shown = present[greatest(by[present], options.limit, label)]
    total = int(own.sum())
    return Ranking(
        options=options,
        group=indexes(shown - shift),
        self_values=values(self_values[shown]),
        charged_values=values(charged_values[shown]),
        total_values=values(total_values[shown]),
        total=total,
        groups=len(present),
        self_below=total - int(self_values[shown].sum()),
    )


def group_name(profile: Profile, by: Grouping, group: int) -> str:
    """Return what a group is called; what has no file, line or package goes by its kind.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> ranking = profkit.top(profile, profkit.RankingOptions(by="package", limit=1))
    >>> profkit.group_name(profile, "package", ranking.group[0])
    '(shared-library)'
    """
    if by == "function":
        return function_name(profile, group)
    if by == "kind":
        return Kind(group).label
    if group < 0:
        return f"({Kind(ABSENT - group).label})"
    if by == "line":
        frames = profile.frames
        file = profile.text(profile.functions.file[frames.function[group]])
        return f"{file}:{frames.line[group]}"
    return profile.strings[group]


def _groups(profile: Profile, by: str) -> npt.NDArray[np.int32]:
    """Return the group of each frame, -1 less its kind where it has none."""
    functions, frames = profile.functions, profile.frames
    if by == "function":
        return frames.function
    if by == "kind":
        return functions.kind[frames.function]
    if by == "line":
        file = functions.file[frames.function]
        first, row_of = unique_rows(file, frames.line)
        is_known = (file != ABSENT) & (frames.line != ABSENT)
        group = np.where(is_known, first[row_of], ABSENT - functions.kind[frames.function])
        return group.astype(np.int32)
    if by not in GROUPINGS:
        raise UsageError(f"{by!r} cannot be ranked; {', '.join(GROUPINGS)} can")
    column = functions.file if by == "file" else functions.package
    return np.where(column == ABSENT, ABSENT - functions.kind, column)[frames.function]
