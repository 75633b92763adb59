"""Frames that stand for all code of a package, or of a kind where there is no package."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, FrameTable, FunctionTable, Kind, Tier
from profkit.profile.columns import unique_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["group_labels", "with_group_frames"]


def group_labels(profile: Profile) -> tuple[list[str], Numbers, Numbers]:
    """Group functions as ``profkit top --by package`` does: by package, else by kind.

    Returns the groups' names, such as ``express`` and ``(native)``; each function's group (shape
    ``(functions,)``); and of each group the first function.
    """
    table = profile.functions
    kind = np.where(table.package == ABSENT, table.kind, ABSENT)
    first, group = unique_rows(table.package, kind)
    names = [
        f"({Kind(table.kind[n]).label})"
        if table.package[n] == ABSENT
        else profile.strings[table.package[n]]
        for n in first.tolist()
    ]
    return names, group, first


def with_group_frames(profile: Profile) -> tuple[Profile, Numbers]:
    """Add a function and a frame for each group, of the group's name, package and kind.

    Returns the profile and for each function its group's frame (shape ``(functions,)``). A package
    of several kinds has that of its first function.
    """
    names, group, first = group_labels(profile)
    strings = {text: n for n, text in enumerate(profile.strings)}
    name = np.array([strings.setdefault(text, len(strings)) for text in names], np.int32)
    absent = np.full(len(first), ABSENT, np.int32)
    table, frames = profile.functions, profile.frames
    functions = FunctionTable(
        np.append(table.name, name),
        np.append(table.file, absent),
        np.append(table.line, absent),
        np.append(table.column, absent),
        np.append(table.kind, table.kind[first]),
        np.append(table.package, table.package[first]),
    )
    numbers = np.arange(len(first), dtype=np.int32)
    added = FrameTable(
        np.append(frames.function, len(table) + numbers),
        np.append(frames.line, absent),
        np.append(frames.column, absent),
        np.append(frames.address, absent.astype(np.int64)),
        np.append(frames.library, absent),
        np.append(frames.tier, np.full(len(first), Tier.NONE, np.int32)),
        np.append(frames.tag, absent),
    )
    grown = replace(profile, strings=tuple(strings), functions=functions, frames=added)
    return grown, len(frames) + group
