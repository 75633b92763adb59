"""The builder: equal things get one number, and nothing too large slips through."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import FormatError
from profkit.profile import (
    ABSENT,
    COUNT,
    Kind,
    Library,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    Tier,
    ValueType,
    validate,
)

SAMPLES = (ValueType("samples", COUNT),)
NO_STACKS = StackTree.from_stacks(np.zeros(0, np.int64), np.zeros(0, np.int32))[0]


def finish(builder, *, threads=(), tree=NO_STACKS, source="recorded.folded"):
    return builder.finish(Meta("test", source), SAMPLES, tree, threads)


@given(st.lists(st.text(max_size=3)))
def test_strings_are_numbered_once_in_order(texts):
    builder = ProfileBuilder()
    numbers = [builder.string(text) for text in texts]
    profile = validate(finish(builder))
    assert profile.strings == tuple(dict.fromkeys(text for text in texts if text))
    assert [profile.text(number) for number in numbers] == texts


def test_a_function_is_a_name_in_a_place():
    builder = ProfileBuilder()
    one = builder.function("write", "a.js", 1, 2, Kind.JS, "morgan")
    assert builder.function("write", "a.js", 1, 2, Kind.JS, "morgan") == one
    others = [
        builder.function("read", "a.js", 1, 2, Kind.JS, "morgan"),
        builder.function("write", "b.js", 1, 2, Kind.JS, "morgan"),
        builder.function("write", "a.js", 9, 2, Kind.JS, "morgan"),
        builder.function("write", "a.js", 1, 9, Kind.JS, "morgan"),
        builder.function("write", "a.js", 1, 2, Kind.BUILTIN, "morgan"),
        builder.function("write", "a.js", 1, 2, Kind.JS),
    ]
    assert [one, *others] == list(range(7))

    table = validate(finish(builder)).functions
    first = (table.name[0], table.file[0], table.line[0], table.column[0], table.kind[0])
    assert first == (0, 1, 1, 2, Kind.JS)
    assert table.package.tolist() == [2, 2, 2, 2, 2, 2, ABSENT]


def test_a_frame_is_a_position_as_compiled():
    builder = ProfileBuilder()
    builder.libraries.append(Library("/usr/lib/libc.so.6", 0x1000, 0x2000))
    write = builder.function("write")
    frames = [
        builder.frame(write),
        builder.frame(builder.function("read")),
        builder.frame(write, 5),
        builder.frame(write, 5, 7),
        builder.frame(write, address=0x1234, library=0),
        builder.frame(write, tier=Tier.TURBOFAN),
        builder.frame(write, tag="write@plt"),
    ]
    assert frames == list(range(7))
    assert builder.frame(write, address=0x1234, library=0) == 4

    table = validate(finish(builder)).frames
    assert table.function.tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert table.line.tolist() == [-1, -1, 5, 5, -1, -1, -1]
    assert table.column.tolist() == [-1, -1, -1, 7, -1, -1, -1]
    assert table.address.tolist() == [-1, -1, -1, -1, 0x1234, -1, -1]
    assert table.library.tolist() == [-1, -1, -1, -1, 0, -1, -1]
    assert table.tier.tolist() == [0, 0, 0, 0, 0, Tier.TURBOFAN, 0]
    assert table.tag.tolist() == [-1, -1, -1, -1, -1, -1, 2]


def one_thread(*measured):
    node = np.zeros(len(measured), np.int32)
    return Thread("main", SampleTable(node, np.array(measured, np.int64)))


def one_stack():
    builder = ProfileBuilder()
    builder.frame(builder.function("f"))
    return builder, StackTree.from_stacks(np.array([1]), np.array([0]))[0]


@pytest.mark.parametrize(
    "threads",
    [
        [one_thread(2**61, 2**61)],
        [one_thread(2**61), one_thread(2**61)],
        [one_thread(-(2**62))],
        [one_thread(2**63 - 1)],
    ],
    ids=["one thread", "two threads", "negative", "largest"],
)
def test_sums_beyond_64_bits_are_refused(threads):
    builder, tree = one_stack()
    with pytest.raises(FormatError, match=r"^recorded\.folded: the values are too large"):
        finish(builder, threads=threads, tree=tree)


def test_sums_within_64_bits_are_exact():
    builder, tree = one_stack()
    profile = finish(builder, threads=[one_thread(2**61, 1), one_thread(2**60 + 1)], tree=tree)
    assert validate(profile).self_values().tolist() == [2**61 + 2**60 + 2]


@pytest.mark.parametrize(
    "oversize",
    [
        lambda builder: builder.function("f", line=2**31),
        lambda builder: builder.function("f", line=2**70),
        lambda builder: builder.function("f", column=-(2**31) - 1),
        lambda builder: builder.frame(builder.function("f"), line=2**31),
        lambda builder: builder.frame(builder.function("f"), address=2**63),
    ],
)
def test_a_place_beyond_its_column_is_refused(oversize):
    builder = ProfileBuilder()
    oversize(builder)
    with pytest.raises(FormatError, match=r"^recorded\.folded: a line or column is beyond 2\^31"):
        finish(builder)
