"""The invariants of the model, checked after every reader and in every property test."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import InvalidProfileError
from profkit.profile.columns import ABSENT
from profkit.profile.frames import Tier
from profkit.profile.functions import Kind

if TYPE_CHECKING:
    from profkit.profile.deopts import DeoptTable
    from profkit.profile.frames import FrameTable
    from profkit.profile.functions import FunctionTable
    from profkit.profile.model import Profile
    from profkit.profile.threads import SampleTable
    from profkit.profile.tree import StackTree

__all__ = ["validate"]


def validate(profile: Profile) -> Profile:
    """Check every invariant and return the profile.

    Columns of a table have one length, fixed dtypes and are read-only; indexes point at rows that
    exist; sources are of files that are named; the tree is in depth-first order and siblings
    differ; every sample's node exists and times do not decrease; self, sample and root values have
    one sum.

    Raises :class:`InvalidProfileError` naming the first invariant that does not hold.
    """
    _check_tables(profile)
    _check_tree(profile.tree, len(profile.frames))
    for thread in profile.threads:
        _check_samples(thread.samples, len(profile.tree), len(profile.value_types))
    _check_sums(profile)
    return profile


def _require(condition: object, message: str) -> None:
    if not condition:
        raise InvalidProfileError(message)


def _check_columns(table: DeoptTable | FunctionTable | FrameTable | StackTree) -> None:
    name = type(table).__name__
    for field in fields(table):
        column = getattr(table, field.name)
        expected = np.int64 if field.name in ("address", "count") else np.int32
        _require(column.dtype == expected, f"{name}.{field.name} is not of {expected.__name__}")
        _require(column.shape == (len(table),), f"{name}.{field.name} has a length of its own")
        _require(not column.flags.writeable, f"{name}.{field.name} can be written to")


def _check_range(column: np.ndarray, low: int, high: int, what: str) -> None:
    inside = not len(column) or (int(column.min()) >= low and int(column.max()) < high)
    _require(inside, f"{what} is out of range")


def _check_tables(profile: Profile) -> None:
    functions, frames, strings = profile.functions, profile.frames, len(profile.strings)
    _check_columns(functions)
    _check_columns(frames)
    _require(profile.value_types, "there is no value type")
    _require(len(set(profile.value_types)) == len(profile.value_types), "a value type stands twice")
    for name in ("name", "file", "package"):
        _check_range(getattr(functions, name), ABSENT, strings, f"FunctionTable.{name}")
    _check_range(functions.kind, 0, len(Kind), "FunctionTable.kind")
    _check_range(frames.function, 0, len(functions), "FrameTable.function")
    _check_range(frames.library, ABSENT, len(profile.libraries), "FrameTable.library")
    _check_range(frames.tier, 0, len(Tier), "FrameTable.tier")
    _check_range(frames.tag, ABSENT, strings, "FrameTable.tag")
    _require(profile.sources.keys() <= set(profile.strings), "a source is of a file without a name")
    _check_columns(profile.deopts)
    _check_range(profile.deopts.function, ABSENT, len(functions), "DeoptTable.function")
    for name in ("kind", "reason", "place"):
        _check_range(getattr(profile.deopts, name), ABSENT, strings, f"DeoptTable.{name}")


def _check_tree(tree: StackTree, frames: int) -> None:
    _check_columns(tree)
    count = len(tree)
    if not count:
        return
    node = np.arange(count)
    parent, end = tree.parent, tree.subtree_end
    _check_range(tree.frame, 0, frames, "StackTree.frame")
    _require(((parent >= ABSENT) & (parent < node)).all(), "a node stands before its parent")
    _require(((end > node) & (end <= count)).all(), "a subtree's end is out of range")
    child = parent >= 0
    inside = (node[child] < end[parent[child]]) & (end[child] <= end[parent[child]])
    _require(inside.all(), "a node lies outside its parent's subtree")
    # So a node's ancestors are among the slices that hold it; if there are as many of these as of
    # those, no slice holds a stranger.
    depth = tree.depth
    ancestors = np.where(child, depth[parent] + 1, 0)
    _require((depth == ancestors).all(), "a subtree is not exactly its slice")
    key = np.sort((parent + 1).astype(np.int64) * (int(tree.frame.max()) + 1) + tree.frame)
    _require((key[1:] != key[:-1]).all(), "two siblings have one frame")


def _check_samples(samples: SampleTable, nodes: int, value_types: int) -> None:
    count = len(samples)
    _check_range(samples.node, 0, nodes, "a sample's node")
    dtypes = {"node": np.int32, "values": np.int64, "time": np.int64, "state": np.int8}
    for name, dtype in dtypes.items():
        column = getattr(samples, name)
        if column is not None:
            _require(column.dtype == dtype, f"SampleTable.{name} is not of {dtype.__name__}")
            _require(not column.flags.writeable, f"SampleTable.{name} can be written to")
    _require(samples.values.shape == (count, value_types), "SampleTable.values has another shape")
    if samples.time is not None:
        _require(samples.time.shape == (count,), "SampleTable.time has a length of its own")
        _require((samples.time[1:] >= samples.time[:-1]).all(), "times decrease within a thread")
    if samples.state is not None:
        _require(samples.state.shape == (count,), "SampleTable.state has a length of its own")


def _check_sums(profile: Profile) -> None:
    roots = profile.tree.parent == ABSENT
    for number, value_type in enumerate(profile.value_types):
        in_samples = sum(int(t.samples.values[:, number].sum()) for t in profile.threads)
        own = profile.self_values(number)
        in_roots = int(profile.tree.totals(own)[roots].sum())
        equal = in_samples == int(own.sum()) == in_roots
        _require(equal, f"samples, self and root values of {value_type.type} differ in sum")
