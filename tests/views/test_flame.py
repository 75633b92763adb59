"""The layout of flame graphs: equal to a naive recursive one, and sure of its sums."""

from __future__ import annotations

import numpy as np
import oracle
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import Kind, Meta, ProfileBuilder, StackTree, full_place, function_name
from profkit.profile.threads import SampleTable, Thread
from profkit.profile.values import COUNT, ValueType
from profkit.views.flame import FlameOptions, flame


def _rows(graph):
    columns = (graph.function, graph.depth, graph.x, graph.self_values, graph.total_values)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _naive(profile, own):
    """Return all boxes of (function, depth, x, self, total), as recursion finds them."""
    boxes = [(-1, 0, 0, 0, sum(own))]

    def by_name(function):
        name = function_name(profile, function)
        return name.casefold(), name, full_place(profile, function), function

    def stand(stacks, depth, x):
        callees = {}
        for stack, value in stacks:
            if stack:
                callees.setdefault(stack[0], []).append((stack[1:], value))
        for function in sorted(callees, key=by_name):
            total = sum(value for _, value in callees[function])
            alone = sum(value for stack, value in callees[function] if not stack)
            if total:
                boxes.append((function, depth, x, alone, total))
                stand(callees[function], depth + 1, x)
            x += total

    stand(list(oracle.stacks(profile, own)), 1, 0)
    return boxes


@given(
    profiles(hostile=True),
    st.booleans(),
    st.sampled_from([0, 0.1, 3, 200]),
    st.sampled_from([100, 1200]),
    st.sampled_from([1, 4, 10_000]),
)
def test_the_layout_equals_the_naive_one(profile, include_idle, min_width, width, max_boxes):
    value_type = len(profile.value_types) - 1
    graph = flame(
        profile,
        FlameOptions(
            value_type=value_type,
            include_idle=include_idle,
            width=width,
            min_width=min_width,
            max_boxes=max_boxes,
        ),
    )
    own = oracle.self_values(profile, value_type, include_idle=include_idle)
    everything, *boxes = _naive(profile, own)
    wide = [box for box in boxes if box[4] >= sum(own) * min_width / width]
    widest = sorted(wide, key=lambda box: (-box[4], box[1]))[:max_boxes]
    kept = [box for box in wide if box in widest]
    assert _rows(graph) == [everything, *kept]
    assert graph.pruned == len(boxes) - len(kept)
    assert graph.pruned_self == sum(own) - sum(box[3] for box in kept)
    whole = oracle.self_values(profile, value_type, include_idle=True)
    assert graph.idle == sum(whole) - sum(own)


@given(profiles())
def test_callees_and_self_fill_each_box(profile):
    rows = _rows(flame(profile, FlameOptions(include_idle=True, min_width=0)))
    for i, (_, depth, x, own, total) in enumerate(rows):
        inside = []
        for row in rows[i + 1 :]:
            if row[1] <= depth:
                break
            inside.append(row)
        callees = [row for row in inside if row[1] == depth + 1]
        assert total == own + sum(row[4] for row in callees)
        edges = [x, *(row[2] + row[4] for row in callees)]
        assert [row[2] for row in callees] == edges[:-1]


def test_frames_of_one_function_are_one_box() -> None:
    builder = ProfileBuilder()
    main, work = builder.function("main"), builder.function("work")
    frames = [builder.frame(main), builder.frame(work, line=3), builder.frame(work, line=9)]
    tree, leaf = StackTree.from_stacks(np.array([2, 2]), np.array([0, 1, 0, 2]))
    assert len(frames) == len(tree) == 3
    samples = SampleTable(leaf, np.array([5, 7]))
    types = [ValueType("samples", COUNT)]
    profile = builder.finish(Meta("test"), types, tree, [Thread("main", samples)])
    assert _rows(flame(profile)) == [(-1, 0, 0, 0, 12), (main, 1, 0, 0, 12), (work, 2, 0, 12, 12)]


def test_siblings_stand_by_name_whatever_the_case() -> None:
    profile = profile_of(*(([(name,)], 1) for name in ("beta", "Alpha", "ALPHA", "gamma", "alpha")))
    names = [function_name(profile, f) for f in flame(profile).function.tolist()[1:]]
    assert names == ["ALPHA", "Alpha", "alpha", "beta", "gamma"]


def test_idle_time_is_left_out_unless_asked_for() -> None:
    idle = ("(idle)", "", -1, -1, Kind.IDLE)
    profile = profile_of(([("main",)], 3), ([idle], 5))
    graph = flame(profile)
    assert (graph.total, graph.idle, len(graph)) == (3, 5, 2)
    graph = flame(profile, FlameOptions(include_idle=True))
    assert (graph.total, graph.idle, len(graph)) == (8, 0, 3)


def test_an_empty_profile_has_one_box_of_no_width() -> None:
    graph = flame(profile_of())
    assert _rows(graph) == [(-1, 0, 0, 0, 0)]
    assert (graph.total, graph.levels, graph.pruned, graph.pruned_self) == (0, 1, 0, 0)


def test_a_single_frame_is_as_wide_as_all() -> None:
    assert _rows(flame(profile_of(([("main",)], 1)))) == [(-1, 0, 0, 0, 1), (0, 1, 0, 1, 1)]


def test_deep_stacks() -> None:
    stack = [(f"f{level}",) for level in range(300)]
    graph = flame(profile_of((stack, 2), (stack[:150], 1)))
    assert graph.levels == 301
    assert graph.total_values.tolist() == [3] * 151 + [2] * 150


def test_of_too_many_boxes_those_near_the_root_are_drawn() -> None:
    stacks = [([(f"f{i}.{level}",) for level in range(50)], 1) for i in range(10)]
    graph = flame(profile_of(*stacks), FlameOptions(max_boxes=30))
    assert sorted(graph.depth.tolist()) == [0, *[1] * 10, *[2] * 10, *[3] * 10]
    assert (graph.pruned, graph.pruned_self) == (470, 10)


def test_sums_beyond_32_bits_are_exact() -> None:
    large = 2**60 + 1
    graph = flame(profile_of(([("a",)], large), ([("b",)], large)))
    assert graph.x.tolist() == [0, 0, large]
    assert graph.total == 2 * large


def test_negative_values_are_refused() -> None:
    with pytest.raises(UsageError, match="negative"):
        flame(profile_of(([("a",)], -1), ([("b",)], 5)))


@pytest.mark.parametrize("wrong", [{"width": 0}, {"min_width": -1}, {"min_width": float("nan")}])
def test_senseless_widths_are_refused(wrong) -> None:
    with pytest.raises(UsageError, match="pixels wide"):
        FlameOptions(**wrong)


def test_columns_cannot_be_written_to() -> None:
    graph = flame(profile_of(([("a",)], 1)))
    for column in (graph.function, graph.depth, graph.x, graph.self_values, graph.total_values):
        assert not column.flags.writeable
    assert graph.function.dtype == graph.depth.dtype == np.int32
    assert graph.x.dtype == graph.self_values.dtype == graph.total_values.dtype == np.int64
