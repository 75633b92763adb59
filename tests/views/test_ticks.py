"""The tick processor's report, for any profile."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from strategies import profiles

from profkit.profile import (
    COUNT,
    Kind,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    merge,
)
from profkit.render.classic import classic_text
from profkit.views.tick_labels import label_frames
from profkit.views.ticks import TickOptions, tick_report


def profile_of(*stacks: tuple[tuple[str, Kind], ...], states=None):
    """Build a profile of one tick a stack, each from root to leaf."""
    builder = ProfileBuilder()
    frames = [builder.frame(builder.function(n, kind=k)) for stack in stacks for n, k in stack]
    tree, leaf = StackTree.from_stacks(
        np.array([len(stack) for stack in stacks]), np.array(frames, np.int64)
    )
    samples = SampleTable(leaf, np.ones(len(stacks), np.int64), state=states)
    return builder.finish(
        Meta("v8log", "a.log"), [ValueType("ticks", COUNT)], tree, [Thread("main", samples)]
    )


JS = ("run", Kind.JS)
HANDLER = ("BytecodeHandler: Ldar", Kind.BYTECODE_HANDLER)
WRITE, FLUSH = ("write", Kind.NATIVE), ("flush", Kind.NATIVE)
LIBC = ("libc.so.6", Kind.SHARED_LIBRARY)


def figures(rows):
    return [(row.label, row.value) for row in rows]


def test_ticks_in_hidden_code_count_for_the_caller():
    report = tick_report(profile_of((JS, HANDLER), (JS,), (HANDLER,), (JS, HANDLER, JS)))
    assert figures(report.javascript) == [("run", 3)]
    assert report.total == 4
    assert [(row.label, row.value, row.depth) for row in report.callers] == [
        ("run", 3, 0),
        ("run", 1, 1),
    ]


def test_frames_may_be_hidden_by_their_label():
    report = tick_report(profile_of((JS, WRITE), (JS,), (LIBC,)), TickOptions(hidden="wri"))
    assert figures(report.javascript) == [("run", 2)]
    assert not report.native
    assert figures(report.libraries) == [("libc.so.6", 1)]


def test_native_entry_points_are_the_outermost_native_function_that_javascript_called():
    report = tick_report(
        profile_of(
            (JS, WRITE, FLUSH),
            (JS, WRITE, FLUSH, LIBC),
            (JS, FLUSH),
            (JS, LIBC),
            (WRITE,),
            (JS, FLUSH, JS, LIBC),
        )
    )
    assert figures(report.entries) == [("write", 2), ("flush", 2)]
    assert figures(report.libraries) == [("libc.so.6", 3)]
    assert figures(report.native) == [("flush", 2), ("write", 1)]


def test_code_of_one_name_and_several_kinds_is_told_apart():
    report = tick_report(profile_of((JS,), ((JS[0], Kind.NATIVE),), ((JS[0], Kind.NATIVE),)))
    assert figures(report.javascript) == [("run", 1)]
    assert figures(report.native) == [("run", 2)]


def test_garbage_collection_is_counted_by_state():
    report = tick_report(profile_of((JS,), (JS,), (LIBC,), states=np.array([0, 1, 1])))
    assert report.collecting == 2


@given(profiles())
def test_the_sections_of_any_profile_sum_to_its_total(profile):
    report = tick_report(profile, TickOptions(hidden="[a-m]$"))
    labels = label_frames(profile)
    hidden = [bool(re.search("[a-m]$", label)) for label in labels.texts]
    whole_stacks_hidden = 0
    own = profile.self_values(include_idle=False)
    for node, value in enumerate(own.tolist()):
        place, is_hidden = node, True
        while place != -1 and is_hidden:
            is_hidden = hidden[labels.of_frame[profile.tree.frame[place]]]
            place = int(profile.tree.parent[place])
        whole_stacks_hidden += value if is_hidden else 0
    sections = (*report.libraries, *report.javascript, *report.native)
    assert sum(row.value for row in sections) == report.total - whole_stacks_hidden


@pytest.mark.parametrize(
    ("value", "whole", "text"),
    [(1, 800, "0.1"), (5, 1000, "0.5"), (45, 10000, "0.5"), (1, 2000, "0.1"), (1, 8, "12.5")],
)
def test_shares_are_rounded_as_javascript_does(value, whole, text):
    stacks = [(LIBC,)] * value + [(JS,)] * (whole - value)
    line = next(
        line
        for line in classic_text(tick_report(profile_of(*stacks)), "a.log").splitlines()
        if line.endswith("libc.so.6")
    )
    assert line.split()[1] == f"{text}%"


def test_shares_of_nothing_are_written_as_javascript_writes_them():
    profile = profile_of((LIBC,), (LIBC,), states=np.array([1, 0], np.int8))
    lines = classic_text(tick_report(profile), "a.log").splitlines()
    assert "      0    0.0%    NaN%  JavaScript" in lines
    assert "      1   50.0%  Infinity%  GC" in lines


def test_unaccounted_ticks_stay_so_among_profiles_of_other_formats():
    log = profile_of_names("v8log", "UNKNOWN", tag="UNKNOWN")
    report = tick_report(merge([log, profile_of_names("folded", "mystery")]))
    assert (report.total, report.unaccounted) == (4, 1)
    assert figures(report.javascript) == [("run", 2), ("mystery", 1)]


def profile_of_names(format_, name, tag=""):
    """Build a profile of one tick in code of no kind and one in JavaScript."""
    builder = ProfileBuilder()
    frames = [
        builder.frame(builder.function(name), tag=tag),
        builder.frame(builder.function("run", kind=Kind.JS)),
    ]
    tree, leaf = StackTree.from_stacks(np.array([1, 1]), np.array(frames))
    samples = SampleTable(leaf, np.ones(2, np.int64))
    types = [ValueType("ticks", COUNT)]
    return builder.finish(Meta(format_, "a"), types, tree, [Thread("main", samples)])
