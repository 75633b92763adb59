"""The flat view: which functions, files, packages or kinds of code take the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from profkit.display import Displayed
from profkit.errors import UsageError
from profkit.profile import ABSENT, Kind, Tier, VmState, function_name, thread_name
from profkit.profile.columns import indexes, unique_rows, values
from profkit.views.categories import Category, categorised
from profkit.views.charging import charged
from profkit.views.order import function_label, greatest

if TYPE_CHECKING:
    from collections.abc import Callable

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
    "groups_of_frames",
    "rank",
]

Grouping = Literal[
    "function", "file", "line", "package", "category", "kind", "tier", "state", "thread"
]
Order = Literal["self", "charged", "total"]

GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
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
class Ranking(Displayed):
    """The groups that take the most, the greatest first; columns of shape ``(rows,)``.

    ``group`` (``int32``) is a function's or a thread's number, a :class:`Kind`, a
    :class:`~profkit.views.categories.Category`, a :class:`Tier`
    (-1 less the :class:`Kind` of other code) or a :class:`VmState`; for lines the number of a frame
    on it, for files and packages the string's number, or -1 less the :class:`Kind` where there is
    no line, file or package. ``self_values``,
    ``charged_values`` and ``total_values`` (``int64``) are in the value type's unit. What is
    charged is defined by :func:`profkit.views.charging.charged`; a total counts recursion once.
    ``total`` is what all shares are of. ``groups`` counts the groups that took anything,
    ``self_below`` is what the groups that are not shown took themselves.
    ``profile`` is what it is a view of.
    """

    profile: Profile = field(repr=False, compare=False)
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
    shift = len(Kind)
    if options.by in ("state", "thread"):
        own = profile.self_values(options.value_type, include_idle=options.include_idle)
        self_values = charged_values = total_values = _by_sample(profile, options, shift)
    else:
        profile, group = groups_of_frames(profile, options.by)
        own = profile.self_values(options.value_type, include_idle=options.include_idle)
        group_of_node = group[profile.tree.frame] + shift
        size = int(group_of_node.max(initial=ABSENT)) + 1
        self_values = _sums(group_of_node, own, size)
        charged_values = _sums(group_of_node, charged(profile, own), size)
        outermost = profile.tree.outermost(group_of_node)
        total = profile.tree.totals(own)
        total_values = _sums(group_of_node[outermost], total[outermost], size)
    present = np.flatnonzero((self_values != 0) | (total_values != 0))
    by = {"self": self_values, "charged": charged_values, "total": total_values}[options.sort]

    def label(position: int) -> tuple[str, ...]:
        group = int(present[position]) - shift
        if options.by == "function":
            return function_label(profile, group)
        return (group_name(profile, options.by, group),)

    shown = present[greatest(by[present], options.limit, label)]
    whole = int(own.sum())
    return Ranking(
        profile=profile,
        options=options,
        group=indexes(shown - shift),
        self_values=values(self_values[shown]),
        charged_values=values(charged_values[shown]),
        total_values=values(total_values[shown]),
        total=whole,
        groups=len(present),
        self_below=whole - int(self_values[shown].sum()),
    )


def groups_of_frames(profile: Profile, by: Grouping) -> tuple[Profile, npt.NDArray[np.integer]]:
    """Return the group of each frame, by anything but states and threads, as in a ranking.

    What only a state tells is a frame of the profile that is returned, by category; else that is
    the one given. Groups are of shape ``(frames,)``.

    Raises :class:`UsageError` for a grouping that there is not.
    """
    if by == "category":
        profile, category = categorised(profile)
        return profile, category[profile.frames.function]
    return profile, _groups(profile, by)


def group_name(profile: Profile, by: Grouping, group: int) -> str:
    """Return what a group is called; what has no file, line or package goes by its kind.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> ranking = profkit.top(profile, profkit.RankingOptions(by="package", limit=1))
    >>> profkit.group_name(profile, "package", ranking.group[0])
    '(shared-library)'
    """
    if by in _NAMES:
        return _NAMES[by](profile, group)
    if group < 0:
        return f"({Kind(ABSENT - group).label})"
    if by == "tier":
        return Tier(group).label
    if by == "line":
        frames = profile.frames
        file = profile.text(int(profile.functions.file[frames.function[group]]))
        return f"{file}:{frames.line[group]}"
    return profile.strings[group]


_NAMES: dict[Grouping, Callable[[Profile, int], str]] = {
    "function": function_name,
    "category": lambda _, group: Category(group).label,
    "kind": lambda _, group: Kind(group).label,
    "state": lambda _, group: VmState(group).label,
    "thread": lambda profile, group: thread_name(profile.threads[group]),
}


def _sums(
    group: npt.NDArray[np.integer], value: npt.NDArray[np.int64], size: int
) -> npt.NDArray[np.int64]:
    answer = np.zeros(size, np.int64)
    np.add.at(answer, group, value)
    return answer


def _by_sample(profile: Profile, options: RankingOptions, shift: int) -> npt.NDArray[np.int64]:
    """Sum samples by state or thread, whose numbers are shifted."""
    answer = np.zeros(shift + max(len(profile.threads), len(VmState)), np.int64)
    is_idle = profile.kind_of_node == Kind.IDLE
    for number, thread in enumerate(profile.threads):
        samples = thread.samples
        counted = samples.values[:, options.value_type]
        if not options.include_idle:
            counted = np.where(is_idle[samples.node], 0, counted)
        if options.by == "thread":
            answer[number + shift] = counted.sum()
        elif samples.state is None:
            answer[VmState.UNKNOWN + shift] += counted.sum()
        else:
            np.add.at(answer, samples.state.astype(np.int64) + shift, counted)
    return answer


def _groups(profile: Profile, by: str) -> npt.NDArray[np.int32]:
    """Return the group of each frame, -1 less its kind where it has none."""
    functions, frames = profile.functions, profile.frames
    if by == "function":
        return frames.function
    if by == "kind":
        return functions.kind[frames.function]
    if by == "tier":
        kind = functions.kind[frames.function]
        return np.where(frames.tier == Tier.NONE, ABSENT - kind, frames.tier)
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
