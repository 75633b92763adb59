"""Put other names into a profile: what has become equal by that is merged."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from profkit.profile import ABSENT, FrameTable, FunctionTable, StackTree
from profkit.profile.columns import indexes, unique_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

__all__ = ["merged"]


def merged(
    profile: Profile, strings: Sequence[str], functions: FunctionTable, frames: FrameTable
) -> Profile:
    """Return a profile with other strings, functions and frames, in place of those it has.

    ``frames`` has the rows of the profile's own. Functions and frames that are equal become one.
    """
    first, number = unique_rows(*_columns(functions))
    functions = FunctionTable(*(column[first] for column in _columns(functions)))
    deopts = replace(
        profile.deopts,
        function=_renumbered(number, profile.deopts.function),
    )
    frames = replace(frames, function=_renumbered(number, frames.function))
    first, frame_of = unique_rows(*_columns(frames))
    tree, place = StackTree.from_parents(profile.tree.parent, frame_of[profile.tree.frame])
    return profile.replace(
        strings=tuple(strings),
        functions=functions,
        frames=FrameTable(*(column[first] for column in _columns(frames))),
        deopts=deopts,
        tree=tree,
        threads=tuple(
            replace(thread, samples=replace(thread.samples, node=place[thread.samples.node]))
            for thread in profile.threads
        ),
    )


def _columns(table: FunctionTable | FrameTable) -> list[npt.NDArray[Any]]:
    return [getattr(table, field.name) for field in dataclasses.fields(table)]


def _renumbered(
    number: npt.NDArray[np.int64], column: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    return indexes(np.append(number, ABSENT)[column])
