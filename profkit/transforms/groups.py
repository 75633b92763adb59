"""Frames that stand for all code of a package, or of a kind where there is no package."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, FrameTable, FunctionTable, Kind, Tier
from profkit.profile.columns import unique_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

    Mask = npt.NDArray[np.bool_]
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


def with_group_frames(profile: Profile, functions: Mask) -> tuple[Profile, Numbers]:
    """Add a function and a frame for the group of each of some functions, where there is none yet.

    They bear the group's name, package and kind; a package of several kinds has that of its first
    function. ``functions`` is of the function table's shape. Returns the profile and each
    function's frame (-1 for the others).
    """
    names, group, first = group_labels(profile)
    wanted = np.unique(group[functions])
    strings = {text: n for n, text in enumerate(profile.strings)}
    name = [strings.setdefault(names[n], len(strings)) for n in wanted.tolist()]
    table, frames = profile.functions, profile.frames
    absent = np.full(len(wanted), ABSENT)
    first = first[wanted]
    function_rows, function = _with_rows(
        [getattr(table, field.name) for field in fields(table)],
        (np.array(name, np.int64), absent, absent, absent, table.kind[first], table.package[first]),
    )
    frame_rows, frame = _with_rows(
        [getattr(frames, field.name) for field in fields(frames)],
        (function, absent, absent, absent, absent, np.full(len(wanted), Tier.NONE), absent),
    )
    frame_of = np.full(len(names), ABSENT)
    frame_of[wanted] = frame
    grown = profile.replace(
        strings=tuple(strings),
        functions=FunctionTable(*function_rows),
        frames=FrameTable(*frame_rows),
    )
    return grown, frame_of[group]


def _with_rows(
    table: Sequence[npt.NDArray[np.integer]], rows: Sequence[npt.NDArray[np.integer]]
) -> tuple[Numbers, Numbers]:
    """Add rows to a table, those that it lacks. Returns its columns and each row's number."""
    joined = [np.append(old, new) for old, new in zip(table, rows, strict=True)]
    columns = np.array(joined, np.int64)
    size = len(table[0])
    first, row_of = unique_rows(*columns)
    place = first[row_of][size:]
    kept = np.append(np.ones(size, bool), place == np.arange(size, size + len(place)))
    return columns[:, kept], (np.cumsum(kept) - 1)[place]
