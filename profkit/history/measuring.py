"""From a recording to what the history keeps of it: the cost of what matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError
from profkit.history.store import LEVELS, OTHERS, Cost, Group, History, Run, storable
from profkit.profile import COUNT, NANOSECONDS, Kind, ValueType, function_name
from profkit.profile.columns import sums_by, unique_rows
from profkit.transforms.joining.files import FileFacts, same_files
from profkit.views.ranking import group_name, groups_of_frames

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy.typing as npt

    from profkit.history.store import Level
    from profkit.profile import Profile

    Numbers = npt.NDArray[np.integer]

__all__ = [
    "LEAST_SHARE",
    "Measured",
    "costs_of",
    "duration_of",
    "known_groups",
    "measure",
    "time_of",
]

LEAST_SHARE = 0.001
"""Which part of a run's total a group must take to have a row of its own, once."""


def time_of(profile: Profile, value_type: int | None = None) -> tuple[int, int, ValueType]:
    """Tell what a history keeps of a profile: which of its values, times what, and what that is.

    Without ``value_type`` it is the first one in nanoseconds, else the first one. Counts become
    nanoseconds where the interval between two samples is known.
    """
    types = profile.value_types
    if value_type is None:
        timed = [number for number, kind in enumerate(types) if kind.unit == NANOSECONDS]
        value_type = timed[0] if timed else 0
    chosen = types[value_type]
    if chosen.unit == COUNT and profile.meta.interval:
        return value_type, profile.meta.interval, ValueType("time", NANOSECONDS)
    return value_type, 1, chosen


@dataclass(frozen=True, slots=True)
class Measured:
    """A recording as the history keeps it."""

    run: Run
    costs: tuple[Cost, ...]
    value_type: ValueType


def known_groups(place: str) -> set[Group]:
    """Return the groups of a history; none where it is yet to be begun.

    Raises :class:`~profkit.errors.InputError` where it cannot be read.
    """
    if not History.exists(place):
        return set()
    with History.reading(place) as history:
        return {group for level in LEVELS for _, group in history.groups(level)}


def measure(
    profile: Profile,
    known: Collection[Group] = (),
    value_type: int | None = None,
    *,
    operations: float | None = None,
    machine: str = "",
) -> Measured:
    """Return what a history keeps of a recording; see :func:`time_of` and :func:`costs_of`."""
    number, factor, kind = time_of(profile, value_type)
    total, costs = costs_of(profile, number, factor, known)
    run = Run(
        source=storable(profile.meta.source),
        samples=profile.sample_count,
        total=total,
        duration=duration_of(profile),
        operations=operations,
        machine=storable(machine),
    )
    return Measured(run, tuple(costs), kind)


def duration_of(profile: Profile) -> int | None:
    """Return the nanoseconds from the start to the end of a recording, None where unknown."""
    start, end = profile.meta.start_time, profile.meta.end_time
    return None if start is None or end is None or end <= start else end - start


def costs_of(
    profile: Profile, value_type: int, factor: int, known: Collection[Group] = ()
) -> tuple[int, list[Cost]]:
    """Return a recording's total without idle time, and what its groups cost, times ``factor``.

    Groups are those of :data:`~profkit.history.store.LEVELS`. Functions are the same that have one
    name, kind and file, whatever their lines; files are called as in ``known``, wherever the
    checkout is. A group has a row where it takes :data:`LEAST_SHARE` of the total or is among
    ``known``; the self values of all others are one row.

    Raises :class:`~profkit.errors.EmptyInputError` where there is nothing but idle time.
    """
    whole = int(profile.self_values(value_type, include_idle=False).sum())
    if whole <= 0:
        raise EmptyInputError(profile.meta.source, "there is nothing but idle time in it")
    costs: list[Cost] = []
    keys = {group.key for group in known}
    for level in LEVELS:
        shown, group_of_frame, groups = _groups(profile, level, known)
        own = shown.self_values(value_type, include_idle=False)
        group = group_of_frame[shown.tree.frame]
        self_values = sums_by(group, own, len(groups))
        outermost = shown.tree.outermost(group)
        totals = sums_by(group[outermost], shown.tree.totals(own)[outermost], len(groups))
        costs += _kept(level, groups, self_values, totals, whole, keys)
    return whole * factor, [
        Cost(cost.group, cost.self_value * factor, cost.total * factor) for cost in costs
    ]


def _kept(
    level: Level,
    groups: Sequence[Group],
    self_values: Numbers,
    totals: Numbers,
    whole: int,
    known: Collection[tuple[str, ...]],
) -> list[Cost]:
    greatest = np.maximum(self_values, totals).tolist()
    rows = [
        Cost(group, own, total)
        for group, own, total, most in zip(
            groups, self_values.tolist(), totals.tolist(), greatest, strict=True
        )
        if most >= LEAST_SHARE * whole or (most > 0 and group.key in known)
    ]
    rest = whole - sum(cost.self_value for cost in rows)
    return [*rows, Cost(Group(level, OTHERS), rest, rest)] if rest else rows


def _groups(
    profile: Profile, level: Level, known: Collection[Group]
) -> tuple[Profile, Numbers, list[Group]]:
    """Return the groups of a level and that of each frame, of the profile that has these frames."""
    if level == "function":
        return _functions(profile, known)
    profile, group = groups_of_frames(profile, level)
    used, number = np.unique(group, return_inverse=True)
    names = [storable(group_name(profile, level, n)) for n in used.tolist()]
    return profile, *_merged([Group(level, name) for name in names], number)


def _functions(profile: Profile, known: Collection[Group]) -> tuple[Profile, Numbers, list[Group]]:
    table = profile.functions
    first, row_of = unique_rows(table.name, table.kind, table.file)
    found = [
        Group(
            "function",
            storable(function_name(profile, row)),
            storable(profile.text(int(table.file[row]))),
            storable(profile.text(int(table.package[row]))),
            Kind(table.kind[row]).label,
        )
        for row in first.tolist()
    ]
    (_, called), _ = same_files([_facts(known), _facts(found)])
    named = [Group(g.level, g.name, called.get(g.file, g.file), g.package, g.kind) for g in found]
    return profile, *_merged(named, row_of[profile.frames.function])


def _facts(groups: Collection[Group]) -> dict[str, FileFacts]:
    names: dict[str, set[str]] = {}
    for group in groups:
        names.setdefault(group.file, set()).add(group.name)
    return {
        group.file: FileFacts(group.package, frozenset(names[group.file]))
        for group in groups
        if group.file
    }


def _merged(groups: Sequence[Group], number: Numbers) -> tuple[Numbers, list[Group]]:
    """Take groups that the history cannot tell apart for one."""
    place: dict[tuple[str, ...], int] = {}
    rows = [place.setdefault(group.key, len(place)) for group in groups]
    kept = dict(zip(reversed(rows), reversed(groups), strict=True))
    return np.array(rows, np.int64)[number], [kept[row] for row in range(len(place))]
