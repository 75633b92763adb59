"""From the estimate to a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import EmptyInputError
from profkit.formats.places import kind_of
from profkit.formats.pstats.sharing import estimate
from profkit.profile import (
    ABSENT,
    COUNT,
    NANOSECONDS,
    Action,
    Kind,
    Meta,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    from profkit.formats.pstats.table import Entry, Function
    from profkit.profile import Profile, ProfileBuilder

__all__ = ["assemble"]

_TYPES = (ValueType("wall", NANOSECONDS), ValueType("calls", COUNT))
_WRITTEN_IN_C = "~"


def assemble(table: dict[Function, Entry], source: str, builder: ProfileBuilder) -> Profile:
    """Make the profile. Raises :class:`EmptyInputError` where nothing was called."""
    own = np.array([round(entry.own * 1e9) for entry in table.values()], np.int64)
    calls = np.array([entry.calls for entry in table.values()], np.int64)
    if not own.any() and not calls.any():
        raise EmptyInputError(source, "holds no calls")
    tree = estimate(table)
    cause = "the call tree is estimated: the file holds callers, no stacks"
    builder.ledger.add(Action.USED, "nodes", cause, len(tree.parents))
    cause = "branches not followed: their time is in larger branches of the same functions"
    builder.ledger.add(Action.REPAIRED, "nodes", cause, tree.cut)
    frame = np.array([_intern(function, builder) for function in table], np.int64)
    stacks, place = StackTree.from_parents(
        np.array(tree.parents, np.int64), frame[np.array(tree.functions, np.int64)]
    )
    of_caller = tree.part_of_caller()
    columns = (own, np.array(tree.own)), (calls, np.array(tree.calls))
    values = np.stack([tree.shares(all_, of_caller * edge) for all_, edge in columns], axis=1)
    measured = np.flatnonzero(values.any(axis=1))
    samples = SampleTable(place[measured], values[measured])
    meta = Meta(format="pstats", source=source, producer="cProfile")
    return builder.finish(meta, _TYPES, stacks, [Thread("", samples)])


def _intern(function: Function, builder: ProfileBuilder) -> int:
    file, line, name = function
    if file == _WRITTEN_IN_C:
        return builder.frame(builder.function(name, kind=Kind.BUILTIN))
    line = line if line > 0 else ABSENT
    return builder.frame(builder.function(name, file, line, kind=kind_of(name, file)))
