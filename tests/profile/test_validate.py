"""Each invariant of the model has a broken profile that only its own check refuses."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from profkit.errors import InvalidProfileError
from profkit.profile import (
    ABSENT,
    COUNT,
    Kind,
    Meta,
    Profile,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    Tier,
    ValueType,
    validate,
)


def sound() -> Profile:
    """Return a valid profile of six nodes: main → (run → write, write), run → write."""
    builder = ProfileBuilder()
    main = builder.frame(builder.function("main", "/srv/app/server.js", 1, 1, Kind.JS))
    run = builder.frame(builder.function("run", "/srv/app/run.js", 7, 3, Kind.JS), tier=Tier.MAGLEV)
    write = builder.frame(builder.function("write", package="node:"), tag="write@1")
    tree, leaf = StackTree.from_stacks(
        np.array([3, 2, 2]), np.array([main, run, write, main, write, run, write])
    )
    samples = SampleTable(leaf, np.array([[1], [2], [3]]), np.array([5, 5, 9]), np.array([0, 1, 0]))
    value_types = (ValueType("samples", COUNT),)
    return builder.finish(Meta("test"), value_types, tree, [Thread("main", samples)])


def with_column(table, name, column, *, writeable=False):
    """Put a column in place as it is, around the table's own conversion."""
    changed = replace(table)
    column = np.asarray(column).copy()
    column.setflags(write=writeable)
    object.__setattr__(changed, name, column)
    return changed


def with_cell(table, name, row, value):
    column = getattr(table, name).copy()
    column[row] = value
    return with_column(table, name, column)


def with_samples(profile, change):
    thread = profile.threads[0]
    return profile.replace(threads=(replace(thread, samples=change(thread.samples)),))


def refused(profile, message):
    with pytest.raises(InvalidProfileError, match=message):
        validate(profile)


def test_a_sound_profile_is_returned_as_it_is():
    profile = sound()
    assert validate(profile) is profile


TABLES = ("functions", "frames", "tree")
COLUMNS = [
    (table, name) for table in TABLES for name in getattr(sound(), table).__dataclass_fields__
]


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_of_another_type_is_refused(table, name):
    before = getattr(sound(), table)
    other = with_column(before, name, getattr(before, name).astype(np.int16))
    refused(sound().replace(**{table: other}), rf"{type(before).__name__}\.{name} is not of int")


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_that_can_be_written_to_is_refused(table, name):
    before = getattr(sound(), table)
    other = with_column(before, name, getattr(before, name), writeable=True)
    refused(sound().replace(**{table: other}), rf"{type(before).__name__}\.{name} can be written")


# The first column is what a table's length is told by; the others are compared with it.
@pytest.mark.parametrize(
    ("table", "name"), [c for c in COLUMNS if c[1] not in ("name", "function", "parent")]
)
def test_a_column_of_another_length_is_refused(table, name):
    before = getattr(sound(), table)
    other = with_column(before, name, getattr(before, name)[:-1])
    refused(sound().replace(**{table: other}), rf"{type(before).__name__}\.{name} has a length")


@pytest.mark.parametrize(
    ("table", "name", "value", "message"),
    [
        ("functions", "name", 99, "FunctionTable.name is out of range"),
        ("functions", "name", -2, "FunctionTable.name is out of range"),
        ("functions", "file", 99, "FunctionTable.file is out of range"),
        ("functions", "package", 99, "FunctionTable.package is out of range"),
        ("functions", "kind", len(Kind), "FunctionTable.kind is out of range"),
        ("functions", "kind", -1, "FunctionTable.kind is out of range"),
        ("frames", "function", 3, "FrameTable.function is out of range"),
        ("frames", "function", ABSENT, "FrameTable.function is out of range"),
        ("frames", "library", 0, "FrameTable.library is out of range"),
        ("frames", "tier", len(Tier), "FrameTable.tier is out of range"),
        ("frames", "tag", 99, "FrameTable.tag is out of range"),
        ("tree", "frame", 3, "StackTree.frame is out of range"),
        ("tree", "frame", ABSENT, "StackTree.frame is out of range"),
    ],
)
def test_an_index_of_a_row_that_does_not_exist_is_refused(table, name, value, message):
    other = with_cell(getattr(sound(), table), name, 0, value)
    refused(sound().replace(**{table: other}), message)


def test_a_profile_without_a_value_type_is_refused():
    refused(sound().replace(value_types=(), threads=()), "no value type")


def test_a_value_type_that_stands_twice_is_refused():
    profile = with_samples(sound(), lambda s: replace(s, values=np.repeat(s.values, 2, axis=1)))
    refused(profile.replace(value_types=profile.value_types * 2), "value type stands twice")


# --- the tree -------------------------------------------------------------------------------------


def with_tree(parent, subtree_end, frame=None):
    """Return a profile without samples around these columns."""
    frame = list(range(len(parent))) if frame is None else frame
    builder = ProfileBuilder()
    for number in range(max(frame, default=ABSENT) + 1):
        builder.frame(builder.function(f"f{number}"))
    tree = StackTree(np.array(parent), np.array(frame), np.array(subtree_end))
    return builder.finish(Meta("test"), (ValueType("samples", COUNT),), tree, ())


@pytest.mark.parametrize(
    ("parent", "subtree_end", "message"),
    [
        ([0], [1], "before its parent"),
        ([1, -1], [1, 2], "before its parent"),
        ([-2], [1], "before its parent"),
        ([-1, -1], [0, 2], "end is out of range"),
        ([-1, -1], [1, 3], "end is out of range"),
        ([-1, -1, 0], [3, 2, 3], "subtree is not exactly its slice"),
        ([-1, 0], [1, 2], "outside its parent's subtree"),
        ([-1, -1], [2, 2], "subtree is not exactly its slice"),
        ([-1, 0, 1, 0], [4, 2, 3, 4], "outside its parent's subtree"),
    ],
)
def test_a_tree_out_of_order_is_refused(parent, subtree_end, message):
    refused(with_tree(parent, subtree_end), message)


def test_siblings_of_one_frame_are_refused():
    refused(with_tree([-1, 0, 0], [3, 2, 3], [0, 1, 1]), "two siblings have one frame")
    refused(with_tree([-1, -1], [1, 2], [0, 0]), "two siblings have one frame")
    validate(with_tree([-1, 0, -1], [2, 2, 3], [0, 0, 1]))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_of_all_small_trees_exactly_the_sound_ones_pass(count):
    parents = itertools.product(*(range(ABSENT, node) for node in range(count)))
    ends = list(itertools.product(*(range(node, count + 1) for node in range(count))))

    def descends(parent, node, ancestor):
        return node == ancestor or (node != ABSENT and descends(parent, parent[node], ancestor))

    sound_ones = 0
    for parent, end in itertools.product(parents, ends):
        expected = all(
            [other for other in range(count) if descends(parent, other, node)]
            == list(range(node, end[node]))
            for node in range(count)
        )
        sound_ones += expected
        try:
            validate(with_tree(parent, end))
        except InvalidProfileError:
            assert not expected, (parent, end)
        else:
            assert expected, (parent, end)
    assert sound_ones == (1, 1, 2, 5, 14)[count], "as many as there are ordered forests"


# --- samples --------------------------------------------------------------------------------------


@pytest.mark.parametrize("node", [6, ABSENT])
def test_a_sample_at_a_node_that_does_not_exist_is_refused(node):
    refused(with_samples(sound(), lambda s: with_cell(s, "node", 0, node)), "sample's node is out")


def test_times_that_decrease_are_refused():
    def swap(samples):
        return replace(samples, time=samples.time[::-1])

    refused(with_samples(sound(), swap), "times decrease")
    validate(with_samples(sound(), lambda s: replace(s, time=None)))


@pytest.mark.parametrize(
    ("name", "message"),
    [("time", "time has a length"), ("state", "state has a length"), ("values", "another shape")],
)
def test_a_sample_column_of_another_length_is_refused(name, message):
    def shorten(samples):
        return with_column(samples, name, getattr(samples, name)[:-1])

    refused(with_samples(sound(), shorten), message)


def test_values_without_a_column_for_each_value_type_are_refused():
    two = (ValueType("samples", COUNT), ValueType("cpu", "nanoseconds"))
    refused(sound().replace(value_types=two), "another shape")


@pytest.mark.parametrize("name", ["node", "values", "time", "state"])
def test_a_sample_column_that_can_be_written_to_is_refused(name):
    def open_up(samples):
        return with_column(samples, name, getattr(samples, name), writeable=True)

    refused(with_samples(sound(), open_up), f"SampleTable.{name} can be written")


@pytest.mark.parametrize("name", ["node", "values", "time", "state"])
def test_a_sample_column_of_another_type_is_refused(name):
    def widen(samples):
        return with_column(samples, name, getattr(samples, name).astype(np.uint16))

    refused(with_samples(sound(), widen), f"SampleTable.{name} is not of int")


def test_sums_that_differ_are_refused(monkeypatch):
    profile = sound()
    own = profile.self_values().copy()
    own[0] += 1
    monkeypatch.setattr(Profile, "self_values", lambda _self, _value_type=0: own)
    refused(profile, "samples, self and root values of samples differ in sum")


def test_totals_that_differ_are_refused(monkeypatch):
    monkeypatch.setattr(StackTree, "totals", lambda _self, own: own)
    refused(sound(), "samples, self and root values of samples differ in sum")
