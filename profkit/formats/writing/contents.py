"""What is in a profile that not every format can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.targets import Content
from profkit.profile import ABSENT, COUNT, NANOSECONDS, Tier

if TYPE_CHECKING:
    from profkit.formats.targets import Target
    from profkit.profile import Profile

__all__ = ["contents", "count_type", "left_out", "shown_type", "source_names", "time_type"]


def left_out(profile: Profile, target: Target, value_type: int | None = None) -> list[str]:
    """Say what of a profile does not go into a file of this format; empty where all of it does.

    ``value_type`` is the value that was asked for, None where none was.
    """
    found = contents(profile)
    said = []
    for content in found:
        if content is Content.VALUES:
            kept = _kept_values(profile, target, value_type)
            lost = [v.type for n, v in enumerate(profile.value_types) if n not in kept]
            said += [f"the values {', '.join(lost)}"] if lost else []
        elif content not in target.holds or (
            content is Content.TIMES
            and target.times_are_values
            and time_type(profile, value_type) is None
        ):
            said.append(content.value)
    return said


def contents(profile: Profile) -> list[Content]:
    """Return what a profile holds of that which some format cannot."""
    frames, tree = profile.frames, profile.tree
    samples = [thread.samples for thread in profile.threads if len(thread.samples)]
    is_leaf = np.zeros(len(tree), bool)
    for table in samples:
        is_leaf[table.node] = True
    has_line = frames.line[tree.frame] != ABSENT
    is_caller = np.zeros(len(tree) + 1, bool)
    is_caller[tree.parent] = True  # the place of -1 is one that no node has
    there = {
        Content.VALUES: len(profile.value_types) > 1,
        Content.TIMES: any(table.time is not None for table in samples),
        Content.THREADS: len(samples) > 1,
        Content.LINES: (has_line & is_leaf).any(),
        Content.CALLER_LINES: (has_line & is_caller[:-1]).any(),
        Content.TIERS: (frames.tier != Tier.NONE).any(),
        Content.ADDRESSES: (frames.address != ABSENT).any(),
        Content.STATES: any(
            table.state is not None and (table.state != ABSENT).any() for table in samples
        ),
        Content.DEOPTS: len(profile.deopts) > 0,
    }
    return [content for content, is_there in there.items() if is_there]


def source_names(profile: Profile) -> str:
    """Return the names of the files that a profile came from, without their folders."""
    names = profile.meta.source.split(", ")
    return ", ".join(name.rpartition("/")[2] for name in names)


def time_type(profile: Profile, value_type: int | None) -> int | None:
    """Return the value type that tells how long samples last; None where there is none."""
    return _pick(profile, value_type, NANOSECONDS)


def shown_type(profile: Profile, value_type: int | None) -> int:
    """Return the one value to write: what was asked for, else a time, else the first."""
    if value_type is not None:
        return value_type
    timed = time_type(profile, None)
    return 0 if timed is None else timed


def count_type(profile: Profile, value_type: int | None) -> int | None:
    """Return the value type that counts samples; None where there is none."""
    return _pick(profile, value_type, COUNT)


def _pick(profile: Profile, value_type: int | None, unit: str) -> int | None:
    units = [kind.unit for kind in profile.value_types]
    if value_type is not None:
        return value_type if units[value_type] == unit else None
    return units.index(unit) if unit in units else None


def _kept_values(profile: Profile, target: Target, value_type: int | None) -> set[int | None]:
    if value_type is not None:
        return {value_type}
    if Content.VALUES in target.holds:
        return set(range(len(profile.value_types)))
    if Content.TIMES not in target.holds:
        return {0}
    # One row a sample holds a count that is always 1, hits hold any count.
    first, count = shown_type(profile, None), count_type(profile, None)
    return {first, count} if target.holds_hits or _is_one_each(profile, count) else {first}


def _is_one_each(profile: Profile, number: int | None) -> bool:
    return number is not None and all(
        (thread.samples.values[:, number] == 1).all() for thread in profile.threads
    )
