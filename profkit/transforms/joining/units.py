"""Values of several recordings that can be compared: those that all have, or their time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from profkit.errors import UsageError
from profkit.profile import COUNT, NANOSECONDS, ValueType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from profkit.profile import Profile
    from profkit.profile.columns import ValueColumn

__all__ = ["comparable"]

_TIME = ValueType("time", NANOSECONDS)


def comparable(profiles: Sequence[Profile]) -> tuple[list[Profile], tuple[str, ...]]:
    """Return the profiles with the same value types, and what should be known of it.

    These are the values that all of them have. Where there is none, it is the time: the first value
    in nanoseconds, else the first count times the interval between two samples.

    Raises :class:`UsageError` where a profile has neither.
    """
    shared = [v for v in profiles[0].value_types if all(v in p.value_types for p in profiles)]
    if shared:
        notes = _intervals(profiles) if shared[0].unit == COUNT else ()
        return [_with_values(p, shared) for p in profiles], notes
    measured = {p.meta.source: _time_of(p) for p in profiles}
    told = ", ".join(f"{value} of {source}" for source, (value, _) in measured.items())
    note = f"the runs measure different things, compared as time: {told}"
    return [_as_time(p) for p in profiles], (note,)


def _with_values(profile: Profile, wanted: Sequence[ValueType]) -> Profile:
    columns = [profile.value_types.index(value) for value in wanted]
    return _measured(profile, wanted, lambda values: values[:, columns])


def _as_time(profile: Profile) -> Profile:
    name, factor = _time_of(profile)
    column = [value.type for value in profile.value_types].index(name)
    return _measured(profile, [_TIME], lambda values: values[:, column] * factor)


def _time_of(profile: Profile) -> tuple[str, int]:
    """Return the name of the value that tells the time, and its nanoseconds."""
    for value in profile.value_types:
        if value.unit == NANOSECONDS:
            return value.type, 1
    for value in profile.value_types:
        if value.unit == COUNT and profile.meta.interval:
            return value.type, profile.meta.interval
    has = ", ".join(f"{value.type} ({value.unit})" for value in profile.value_types)
    raise UsageError(
        f"{profile.meta.source}: it has {has} and no known interval, which cannot be compared "
        "with the values of the other runs"
    )


def _measured(
    profile: Profile, wanted: Sequence[ValueType], of: Callable[[ValueColumn], ValueColumn]
) -> Profile:
    return profile.replace(
        value_types=tuple(wanted),
        threads=tuple(
            replace(t, samples=replace(t.samples, values=of(t.samples.values)))
            for t in profile.threads
        ),
    )


def _intervals(profiles: Sequence[Profile]) -> tuple[str, ...]:
    known = {profile.meta.interval for profile in profiles}
    if len(known) == 1:
        return ()
    if None in known:
        silent = next(p.meta.source for p in profiles if p.meta.interval is None)
        return (f"{silent} does not tell the time between two samples: only shares compare",)
    told = " and ".join(f"{n / 1e6:g} ms" for n in sorted(n for n in known if n is not None))
    return (f"samples were taken every {told}: counts are weighed by each run's own interval",)
