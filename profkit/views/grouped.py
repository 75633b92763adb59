"""A profile of groups: packages, files or kinds of code call one another in place of functions."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from profkit.errors import UsageError
from profkit.profile import (
    ABSENT,
    DeoptTable,
    FrameTable,
    FunctionTable,
    Kind,
    StackTree,
    Tier,
    thread_name,
)
from profkit.profile.columns import concat
from profkit.transforms.rebuilding import rebuild
from profkit.views.ranking import group_name, groups_of_frames

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.integer]

__all__ = ["CALLER_GROUPINGS", "CallerGrouping", "grouped"]

CallerGrouping = Literal[
    "function", "file", "line", "package", "category", "kind", "tier", "thread"
]
CALLER_GROUPINGS: tuple[CallerGrouping, ...] = get_args(CallerGrouping)


def grouped(profile: Profile, by: CallerGrouping) -> Profile:
    """Return a profile whose functions are the groups of ``profkit top --by``.

    A run of frames of one group is one frame, so that a row below another is what another group
    called. By thread functions stay, each below a frame of its thread. Sums stay as they are;
    deoptimisations are left out.

    Raises :class:`UsageError` for a grouping that there is not.

    >>> import profkit
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    >>> packages = profkit.grouped(profile, "package")
    >>> view = profkit.heavy(packages, profkit.HeavyOptions(limit=1, depth=3, min_share=0.2))
    >>> [profkit.function_name(packages, n) for n in view.function]
    ['(shared-library)', 'node:', 'morgan']
    """
    if by not in CALLER_GROUPINGS:
        raise UsageError(f"{by!r} cannot be grouped; {', '.join(CALLER_GROUPINGS)} can")
    if by == "function":
        return profile
    if by == "thread":
        return _below_threads(profile)
    profile, group = groups_of_frames(profile, by)
    used, number = np.unique(group, return_inverse=True)
    first = np.zeros(len(used), np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    kind = profile.functions.kind[profile.frames.function[first]] if len(first) else first
    names = [group_name(profile, by, n) for n in used.tolist()]
    made, new_frames = _with_functions(profile, names, kind, is_package=by == "package")
    tree = profile.tree
    frame = number[tree.frame]
    kept = (tree.parent == ABSENT) | (frame != frame[tree.parent])
    nearest = tree.nearest(kept)
    above = np.append(nearest, ABSENT)[tree.parent]
    return rebuild(made.replace(deopts=DeoptTable()), above, new_frames[frame], kept, nearest)


def _below_threads(profile: Profile) -> Profile:
    """Put a frame of its thread on top of each stack."""
    tree = profile.tree
    names = [thread_name(thread) for thread in profile.threads]
    number = {name: n for n, name in enumerate(dict.fromkeys(names))}
    kind = np.full(len(number), Kind.ROOT)
    made, new_frames = _with_functions(profile, list(number), kind)
    parents, frames, leaves, size = [], [], [], 0
    for thread, name in zip(profile.threads, names, strict=True):
        node = thread.samples.node
        shown = tree.totals(np.bincount(node, minlength=len(tree)).astype(np.int64)) > 0
        # The thread's own frame is its first node, and the caller of what had none.
        place = np.append(np.cumsum(shown) + size, size)
        parents.append(np.append(ABSENT, place[tree.parent[shown]]))
        frames.append(np.append(new_frames[number[name]], tree.frame[shown]))
        leaves.append(place[node])
        size += 1 + int(shown.sum())
    grown, node_of = StackTree.from_parents(concat(parents, np.int64), concat(frames, np.int64))
    return made.replace(
        tree=grown,
        threads=tuple(
            replace(thread, samples=replace(thread.samples, node=node_of[leaf]))
            for thread, leaf in zip(profile.threads, leaves, strict=True)
        ),
    )


def _with_functions(
    profile: Profile, names: Sequence[str], kind: Numbers, *, is_package: bool = False
) -> tuple[Profile, Numbers]:
    """Add functions of these names without a place, and a frame of each.

    Returns the profile, and the numbers of the frames. With ``is_package`` the names are those of
    packages, too.
    """
    strings = {text: number for number, text in enumerate(profile.strings)}
    name = np.array([strings.setdefault(text, len(strings)) for text in names], np.int64)
    absent = np.full(len(names), ABSENT)
    table, frames = profile.functions, profile.frames
    package = name if is_package else absent
    functions = FunctionTable(*_longer(table, (name, absent, absent, absent, kind, package)))
    number = len(table) + np.arange(len(names))
    tier = np.full(len(names), Tier.NONE)
    grown = FrameTable(*_longer(frames, (number, absent, absent, absent, absent, tier, absent)))
    made = profile.replace(strings=tuple(strings), functions=functions, frames=grown)
    return made, len(frames) + np.arange(len(names))


def _longer(table: FunctionTable | FrameTable, rows: Sequence[Numbers]) -> list[np.ndarray]:
    columns = (getattr(table, column.name) for column in fields(table))
    return [np.append(column, row) for column, row in zip(columns, rows, strict=True)]
