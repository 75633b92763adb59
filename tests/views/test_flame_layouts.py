"""Heavy flame graphs, flame charts and threads apart: equal to what a naive walk finds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import oracle
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import (
    COUNT,
    Kind,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    Tier,
    ValueType,
    full_place,
    function_name,
)
from profkit.views.activity import Activity, activities, longest_gap
from profkit.views.flame import FlameOptions, flame


def _rows(graph, part=None):
    inside = slice(part.first, part.end) if part else slice(None)
    columns = (graph.function, graph.depth, graph.x, graph.self_values, graph.total_values)
    return list(zip(*(column[inside].tolist() for column in columns), strict=True))


def _least(total, min_width, width):
    return max(total * min_width / width, 1)


def _widest(boxes, max_boxes):
    widest = sorted(boxes, key=lambda box: (-box[4], box[1]))[:max_boxes]
    return [box for box in boxes if box in widest]


def _naive_heavy(profile, own, least):
    """Return (boxes, dropped): of (function, depth, x, self, total), as recursion finds them."""
    boxes = []
    dropped = 0

    def by_name(function):
        name = function_name(profile, function)
        return name.casefold(), name, full_place(profile, function), function

    def stand(stacks, depth, x):
        nonlocal dropped
        callers = {}
        for stack, value in stacks:
            if stack and value:
                callers.setdefault(stack[-1], []).append((stack[:-1], value))
        for function in sorted(callers, key=by_name):
            total = sum(value for _, value in callers[function])
            if total < least:
                dropped += 1
                continue
            boxes.append((function, depth, x, total if depth == 1 else 0, total))
            stand(callers[function], depth + 1, x)
            x += total

    stand(list(oracle.stacks(profile, own)), 1, 0)
    return boxes, dropped


@given(
    profiles(hostile=True),
    st.booleans(),
    st.sampled_from([0, 3, 200]),
    st.sampled_from([2, 10_000]),
)
def test_a_heavy_layout_equals_the_naive_one(profile, include_idle, min_width, max_boxes) -> None:
    graph = flame(
        profile,
        FlameOptions(
            layout="heavy",
            include_idle=include_idle,
            width=1000,
            min_width=min_width,
            max_boxes=max_boxes,
        ),
    )
    own = oracle.self_values(profile, include_idle=include_idle)
    boxes, dropped = _naive_heavy(profile, own, _least(sum(own), min_width, 1000))
    kept = _widest(boxes, max_boxes)
    assert _rows(graph) == [(-1, 0, 0, 0, sum(own)), *kept]
    assert graph.pruned == dropped + len(boxes) - len(kept)
    assert graph.pruned_self == sum(own) - sum(box[3] for box in kept)


@given(profiles())
def test_callers_fill_a_box_up_to_the_stacks_that_begin_there(profile) -> None:
    rows = _rows(flame(profile, FlameOptions(layout="heavy", include_idle=True, min_width=0)))
    begins = {}
    for stack, value in oracle.stacks(profile, oracle.self_values(profile, include_idle=True)):
        path = tuple(reversed(stack))
        begins[path] = begins.get(path, 0) + value
    path = []
    for i, (function, depth, x, _, total) in enumerate(rows):
        path = [*path[: max(depth - 1, 0)], function] if depth else []
        callers = []
        for row in rows[i + 1 :]:
            if row[1] <= depth:
                break
            if row[1] == depth + 1:
                callers.append(row)
        edges = [x, *(row[2] + row[4] for row in callers)]
        assert [row[2] for row in callers] == edges[:-1]
        assert total == sum(row[4] for row in callers) + begins.get(tuple(path), 0)


def _naive_chart(profile, thread, include_idle, begin, least):
    """Return (boxes, number of all, time of all) of a thread, one sample after the other."""
    samples = thread.samples
    function = profile.function_of_node.tolist()
    parent = profile.tree.parent.tolist()
    kinds = activities(profile, samples).tolist()
    open_boxes, closed, before = [], [], None
    spent = 0

    def stack_of(node):
        found = []
        while node >= 0:
            found.append(function[node])
            node = parent[node]
        return found[::-1]

    for number, (start, end) in enumerate(oracle.spans(profile, thread, longest_gap(profile))):
        if end == start or (kinds[number] == Activity.IDLE and not include_idle):
            continue
        spent += end - start
        stack = stack_of(int(samples.node[number]))
        shared = 0
        if before == start:
            for box, here in zip(open_boxes, stack, strict=False):
                if box[0] != here:
                    break
                shared += 1
        del open_boxes[shared:]
        for depth, here in enumerate(stack[shared:], shared + 1):
            open_boxes.append([here, depth, start - begin, 0, 0])
            closed.append(open_boxes[-1])
        for box in open_boxes:
            box[4] += end - start
        open_boxes[-1][3] += end - start
        before = end
    kept = [tuple(box) for box in closed if box[4] >= least]
    return kept, len(closed), spent


@given(profiles(times=True), st.booleans(), st.sampled_from([0, 3, 200]))
def test_a_chart_equals_the_naive_one(profile, include_idle, min_width) -> None:
    graph = flame(
        profile,
        FlameOptions(layout="chart", include_idle=include_idle, width=1000, min_width=min_width),
    )
    shown = []
    for number, thread in enumerate(profile.threads):
        if not len(thread.samples):
            continue
        kinds = activities(profile, thread.samples).tolist()
        spans = oracle.spans(profile, thread, longest_gap(profile))
        lit = [
            span
            for span, kind in zip(spans, kinds, strict=True)
            if span[1] > span[0] and (include_idle or kind != Activity.IDLE)
        ]
        if lit:
            shown.append((number, thread, lit[0][0], lit[-1][1]))
    if not shown:
        assert _rows(graph) == [(-1, 0, 0, 0, 0)]
        return
    begin, end = min(row[2] for row in shown), max(row[3] for row in shown)
    assert graph.start == begin
    assert graph.total == end - begin
    assert [part.thread for part in graph.parts] == [row[0] for row in shown]
    existing = spent = 0
    for part, (_, thread, _, _) in zip(graph.parts, shown, strict=True):
        least = _least(end - begin, min_width, 1000)
        boxes, count, time = _naive_chart(profile, thread, include_idle, begin, least)
        existing, spent = existing + count, spent + time
        everything = (-1, 0, 0, end - begin - time, end - begin)
        assert _rows(graph, part) == [everything, *boxes]
    assert graph.pruned == existing + len(graph.parts) - len(graph)
    drawn = int(graph.self_values[graph.depth > 0].sum())
    assert graph.pruned_self == spent - drawn


@given(profiles(), st.sampled_from(["graph", "heavy"]), st.sampled_from([0, 3, 200]))
def test_threads_apart_are_the_graphs_of_each(profile, layout, min_width) -> None:
    options = FlameOptions(layout=layout, min_width=min_width, include_idle=True)
    apart = flame(
        profile,
        FlameOptions(layout=layout, min_width=min_width, include_idle=True, per_thread=True),
    )
    alone = []
    for number, thread in enumerate(profile.threads):
        graph = flame(profile.replace(threads=(thread,)), options)
        if graph.total:
            alone.append((number, graph))
    assert apart.total == sum(graph.total for _, graph in alone)
    assert apart.pruned == sum(graph.pruned for _, graph in alone)
    assert apart.pruned_self == sum(graph.pruned_self for _, graph in alone)
    used = [thread for thread in profile.threads if len(thread.samples)]
    assert apart.threads_left_out == len(used) - len(alone)
    if alone:
        assert [(part.thread, _rows(apart, part)) for part in apart.parts] == [
            (number, _rows(graph)) for number, graph in alone
        ]
        assert apart.part_totals.tolist() == [
            total for _, graph in alone for total in [graph.total] * len(graph)
        ]


@given(profiles(times=True, max_threads=1), st.sampled_from(["graph", "heavy", "chart"]))
def test_a_box_has_the_tier_of_most_of_its_total(profile, layout) -> None:
    graph = flame(profile, FlameOptions(layout=layout, include_idle=True, min_width=0))
    assert len(graph.tier) == len(graph)
    if layout == "chart":
        return  # its sums are looked at by hand below
    paths, path = [], []
    for function, depth in zip(graph.function.tolist(), graph.depth.tolist(), strict=True):
        path = [*path[: max(depth - 1, 0)], function] if depth else []
        paths.append(tuple(path))
    spent = {}
    own = oracle.self_values(profile, include_idle=True)
    function = profile.functions
    assert function is not None
    stacks = oracle.stacks(profile, own, profile.tree.frame)
    for stack, value in stacks:
        order = stack[::-1] if layout == "heavy" else stack
        functions = [int(profile.frames.function[frame]) for frame in order]
        for end, frame in enumerate(order, 1):
            tiers = spent.setdefault(tuple(functions[:end]), [0] * len(Tier))
            tiers[profile.frames.tier[frame]] += value
    for path, tier in list(zip(paths, graph.tier.tolist(), strict=True))[1:]:
        assert tier == int(np.argmax(spent[path]))


def timed(*rows, tiers=(), value_type=None):
    """Make a profile of threads, each of (time in ms, lasts in ms, stack of names) a row."""
    builder = ProfileBuilder()
    stacks, threads = [], []
    for number, thread in enumerate(rows):
        first = len(stacks)
        for n, (_, _, stack) in enumerate(thread):
            tier = tiers[n] if tiers else Tier.NONE
            kinds = [Kind.IDLE if name == "(idle)" else Kind.PYTHON for name in stack]
            functions = [
                builder.function(name, kind=kind) for name, kind in zip(stack, kinds, strict=True)
            ]
            stacks.append([builder.frame(function, tier=tier) for function in functions])
        threads.append((number, first, len(stacks)))
    tree, leaf = StackTree.from_stacks(
        np.array([len(stack) for stack in stacks], np.int64),
        np.array([frame for stack in stacks for frame in stack], np.int64),
    )
    made = [
        Thread(
            f"t{number}",
            SampleTable(
                leaf[first:end],
                np.array([lasts for _, lasts, _ in rows[number]], np.int64) * 10**6,
                np.array([time for time, _, _ in rows[number]], np.int64) * 10**6,
            ),
        )
        for number, first, end in threads
    ]
    types = [value_type or ValueType("wall", "nanoseconds")]
    return builder.finish(Meta("test", "test.profile"), types, tree, made)


def _in_ms(graph, part):
    for function, depth, x, _, total in _rows(graph, part):
        yield function, depth, x // 10**6, total // 10**6


def _chart(profile, **options):
    graph = flame(profile, FlameOptions(layout="chart", **options))
    found = [
        [
            (function_name(profile, function) if function >= 0 else "all", depth, x, total)
            for function, depth, x, total in _in_ms(graph, part)
        ]
        for part in graph.parts
    ]
    return graph, found


def test_equal_frames_of_consecutive_samples_are_one_box() -> None:
    profile = timed(
        [
            (10, 10, ["main", "parse"]),
            (20, 10, ["main", "parse", "next"]),
            (30, 10, ["main", "render"]),
            (40, 10, ["main", "parse"]),
        ]
    )
    graph, ((*boxes,),) = _chart(profile)
    assert boxes == [
        ("all", 0, 0, 40),
        ("main", 1, 0, 40),
        ("parse", 2, 0, 20),
        ("next", 3, 10, 10),
        ("render", 2, 20, 10),
        ("parse", 2, 30, 10),
    ]
    assert (graph.start, graph.total, graph.levels) == (10 * 10**6, 40 * 10**6, 4)
    assert graph.value_type == ValueType("time", "nanoseconds")


def test_gaps_and_idle_time_are_blank() -> None:
    profile = timed(
        [(0, 10, ["main"]), (10, 10, ["(idle)"]), (20, 10, ["main"]), (50, 10, ["main"])]
    )
    graph, ((*boxes,),) = _chart(profile)
    assert boxes == [
        ("all", 0, 0, 60),
        ("main", 1, 0, 10),
        ("main", 1, 20, 10),
        ("main", 1, 50, 10),
    ]
    assert (graph.idle, graph.self_values[0]) == (10**7, 30 * 10**6)
    _, ((*boxes,),) = _chart(profile, include_idle=True)
    assert ("(idle)", 1, 10, 10) in boxes


def test_threads_of_a_chart_share_one_time() -> None:
    profile = timed([(0, 10, ["a"])], [(30, 10, ["b"])])
    graph, parts = _chart(profile)
    assert parts == [
        [("all", 0, 0, 40), ("a", 1, 0, 10)],
        [("all", 0, 0, 40), ("b", 1, 30, 10)],
    ]
    assert [part.total for part in graph.parts] == [4 * 10**7] * 2


def test_a_chart_knows_the_tier_that_a_call_spent_most_time_in() -> None:
    rows = [(0, 10, ["f"]), (10, 30, ["f"]), (40, 10, ["f"])]
    profile = timed(rows, tiers=(Tier.IGNITION, Tier.TURBOFAN, Tier.IGNITION))
    graph, ((*boxes,),) = _chart(profile)
    assert boxes == [("all", 0, 0, 50), ("f", 1, 0, 50)]
    assert graph.tier.tolist() == [Tier.NONE, Tier.TURBOFAN]


def test_a_chart_without_times_is_refused() -> None:
    with pytest.raises(UsageError, match="flame chart needs them"):
        flame(profile_of(([("a",)], 1)), FlameOptions(layout="chart"))


@pytest.mark.parametrize("layout", ["graph", "heavy", "chart"])
@pytest.mark.parametrize("per_thread", [False, True])
def test_an_empty_profile_has_one_box_of_no_width(layout, per_thread) -> None:
    graph = flame(profile_of(), FlameOptions(layout=layout, per_thread=per_thread))
    assert _rows(graph) == [(-1, 0, 0, 0, 0)]
    assert (graph.total, graph.levels, graph.pruned, len(graph.parts)) == (0, 1, 0, 1)


@pytest.mark.parametrize("layout", ["graph", "heavy"])
def test_of_too_many_boxes_each_thread_keeps_its_widest(layout) -> None:
    builder = ProfileBuilder()
    frames = [builder.frame(builder.function(f"f{n}")) for n in range(8)]
    tree, leaf = StackTree.from_stacks(np.ones(8, np.int64), np.array(frames))
    many = SampleTable(leaf[:4], np.array([1000, 900, 10, 10]))
    few = SampleTable(leaf[4:], np.array([5, 4, 1, 1]))
    profile = builder.finish(
        Meta("test"), [ValueType("samples", COUNT)], tree, [Thread("a", many), Thread("b", few)]
    )
    graph = flame(profile, FlameOptions(layout=layout, per_thread=True, max_boxes=4))
    assert [part.end - part.first for part in graph.parts] == [3, 3]
    assert graph.total_values.tolist() == [1920, 1000, 900, 11, 5, 4]


def test_a_heavy_graph_of_a_deep_stack_is_its_tower_turned_over() -> None:
    graph = flame(
        profile_of(([(f"f{level}",) for level in range(300)], 2)), FlameOptions(layout="heavy")
    )
    names = [function_name(graph.profile, f) for f in graph.function[1:].tolist()]
    assert names == [f"f{level}" for level in reversed(range(300))]
    assert all(a + 1 == b for a, b in pairwise(graph.depth.tolist()))
