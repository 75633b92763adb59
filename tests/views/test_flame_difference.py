"""Differential flame graphs: the union of two sides, equal to what a naive walk finds."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import UsageError
from profkit.profile import function_name
from profkit.transforms.joining import join
from profkit.views.flame import FlameOptions, flame, flame_difference

NAMES = st.sampled_from(["main", "a", "b", "c", "d"])
STACKS = st.dictionaries(
    st.lists(NAMES, min_size=1, max_size=5).map(tuple), st.integers(1, 1000), max_size=8
)
LAYOUTS = st.sampled_from(["graph", "heavy"])


def profile(stacks):
    rows = (([(name,) for name in stack], value) for stack, value in stacks.items())
    return profile_of(*rows)


def graph_of(base, candidate, **options):
    return flame_difference(
        join([profile(run) for run in base], [profile(run) for run in candidate]),
        FlameOptions(min_width=0, **options),
    )


def paths(graph):
    """Return each box's path of names from the box of everything on."""
    path, found = [], []
    for function, depth in zip(graph.function.tolist(), graph.depth.tolist(), strict=True):
        name = function_name(graph.profile, function) if depth else ""
        path = [*path[: max(depth - 1, 0)], name] if depth else []
        found.append(tuple(path))
    return found


def naive(stacks, layout):
    """Return the total and the self value of each path, of one side."""
    totals, selves = Counter(), Counter()
    for stack, value in stacks.items():
        way = stack[::-1] if layout == "heavy" else stack
        for end in range(len(way) + 1):
            totals[way[:end]] += value
        selves[way[:1] if layout == "heavy" else way] += value
    return totals, selves


def summed(runs):
    answer = Counter()
    for run in runs:
        answer.update(run)
    return answer


@given(
    st.lists(STACKS, min_size=1, max_size=3),
    st.lists(STACKS, min_size=1, max_size=3),
    LAYOUTS,
    st.sampled_from(["candidate", "base", "both"]),
)
def test_each_box_has_its_values_of_both_sides(base, candidate, layout, width_by) -> None:
    graph = graph_of(base, candidate, layout=layout, width_by=width_by)
    before, before_self = naive(summed(base), layout)
    after, after_self = naive(summed(candidate), layout)
    wholes = before[()], after[()]
    change = graph.change
    assert (change.base_total, change.candidate_total) == wholes
    found = paths(graph)
    assert change.base.tolist() == [before[path] for path in found]
    assert change.candidate.tolist() == [after[path] for path in found]
    assert change.base_self.tolist() == [before_self[path] for path in found]
    assert change.candidate_self.tolist() == [after_self[path] for path in found]
    shares = [after[path] / max(wholes[1], 1) - before[path] / max(wholes[0], 1) for path in found]
    assert change.of_node.tolist() == pytest.approx(shares)
    shown = {
        "candidate": set(after),
        "base": set(before),
        "both": set(after) | set(before),
    }[width_by]
    assert set(found) == shown | {()}
    if width_by == "candidate":
        assert graph.total_values.tolist() == change.candidate.tolist()
    if width_by == "base":
        assert graph.total_values.tolist() == change.base.tolist()


@given(st.lists(STACKS, min_size=1, max_size=2), st.lists(STACKS, min_size=1, max_size=2))
def test_what_only_one_side_has_is_told(base, candidate) -> None:
    change = graph_of(base, candidate).change
    before, after = summed(base), summed(candidate)
    graph = graph_of(base, candidate)

    def only(of, other):
        names = {name for stack in of for name in stack} - {n for stack in other for n in stack}
        totals = Counter()
        for stack, value in of.items():
            totals.update(dict.fromkeys(names & set(stack), value))
        return sorted(totals.items(), key=lambda row: (-row[1], row[0])), sum(
            value for stack, value in of.items() if stack[-1] in names
        )

    for found, own, (expected, expected_own) in (
        (change.gone, change.gone_self, only(before, after)),
        (change.new, change.new_self, only(after, before)),
    ):
        named = [(function_name(graph.profile, function), total) for function, total in found]
        assert named == expected
        assert own == expected_own


@given(STACKS, LAYOUTS, st.sampled_from(["candidate", "base", "both"]))
def test_a_profile_does_not_differ_from_itself(stacks, layout, width_by) -> None:
    graph = graph_of([stacks], [stacks], layout=layout, width_by=width_by)
    assert not graph.change.of_node.any()
    assert not graph.change.of_function.any()
    assert (graph.change.gone, graph.change.new) == ((), ())
    same = flame(profile(stacks), FlameOptions(layout=layout, min_width=0))
    assert paths(graph) == paths(same)


@given(STACKS, STACKS, LAYOUTS)
def test_a_box_is_as_wide_as_the_changes_in_it(base, candidate, layout) -> None:
    graph = graph_of([base], [candidate], layout=layout, width_by="delta")
    wholes = [max(sum(side.values()), 1) for side in (base, candidate)]
    moved = Counter()
    for stack in {*base, *candidate}:
        share = candidate.get(stack, 0) / wholes[1] - base.get(stack, 0) / wholes[0]
        way = stack[::-1] if layout == "heavy" else stack
        for end in range(len(way) + 1):
            moved[way[:end]] += round(abs(share) * 10**9)
    found = dict(zip(paths(graph), graph.total_values.tolist(), strict=True))
    assert found == {path: value for path, value in moved.items() if value} | {(): moved[()]}


def test_runs_of_unlike_length_are_compared_by_share() -> None:
    graph = graph_of([{("a",): 1, ("b",): 1}], [{("a",): 300, ("b",): 100}] * 3)
    assert dict(zip(paths(graph), graph.change.of_node.tolist(), strict=True)) == {
        (): 0,
        ("a",): 0.25,
        ("b",): -0.25,
    }


def test_a_function_s_change_counts_recursion_once() -> None:
    base = {("main", "f", "g", "f"): 50, ("main",): 50}
    candidate = {("main", "f", "g", "f"): 10, ("other", "f"): 10, ("main",): 80}
    graph = graph_of([base], [candidate])
    of_function = dict(zip(paths(graph), graph.change.of_function.tolist(), strict=True))
    for path in (("main", "f"), ("main", "f", "g", "f"), ("other", "f")):
        assert of_function[path] == pytest.approx(-0.3)


def test_narrow_boxes_keep_their_place_in_both_sides() -> None:
    joined = join([profile({("a",): 1, ("b",): 1})], [profile({("a",): 999, ("b",): 1})])
    graph = flame_difference(joined, FlameOptions(width=100, min_width=1))
    assert paths(graph) == [(), ("a",)]
    assert graph.change.base.tolist() == [2, 1]
    assert (graph.pruned, graph.pruned_self) == (1, 1)
    few = flame_difference(joined, FlameOptions(max_boxes=1, min_width=0))
    assert len(few.change.base) == len(few.change.of_function) == len(few) == 2


@pytest.mark.parametrize("empty", ["base", "candidate", "both"])
def test_a_side_without_samples_has_no_shares(empty) -> None:
    full = {("a",): 3}
    base, candidate = ({} if empty in (side, "both") else full for side in ("base", "candidate"))
    graph = graph_of([base], [candidate], width_by="both")
    assert np.isfinite(graph.change.of_node).all()
    assert len(graph) == (1 if empty == "both" else 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"layout": "chart"}, "one side"), ({"per_thread": True}, "cannot be told apart")],
)
def test_what_has_no_difference_is_refused(options, message) -> None:
    with pytest.raises(UsageError, match=message):
        graph_of([{("a",): 1}], [{("a",): 1}], **options)


def test_negative_values_are_refused() -> None:
    with pytest.raises(UsageError, match="negative"):
        graph_of([{("a",): -1}], [{("a",): 2}])
