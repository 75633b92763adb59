"""Rankings: equal to a naive one, in one order, and honest about what is not shown."""

from __future__ import annotations

from collections import Counter

import oracle
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, Kind, Tier, VmState, thread_name
from profkit.views.ranking import GROUPINGS, RankingOptions, group_name, rank


def _name_of_group(profile, by, frame):
    functions, function = profile.functions, int(profile.frames.function[frame])
    if by == "function":
        return function
    kind = Kind(functions.kind[function]).label
    if by == "kind":
        return kind
    if by == "tier":
        tier = Tier(profile.frames.tier[frame])
        return f"({kind})" if tier is Tier.NONE else tier.label
    if by == "line":
        file, line = profile.text(functions.file[function]), profile.frames.line[frame]
        return f"{file}:{line}" if file and line != ABSENT else f"({kind})"
    column = functions.file if by == "file" else functions.package
    return profile.text(column[function]) or f"({kind})"


@given(
    profiles(),
    st.sampled_from([by for by in GROUPINGS if by not in ("state", "thread", "category")]),
    st.sampled_from(["self", "total"]),
    st.booleans(),
    st.none() | st.integers(0, 5),
)
def test_a_ranking_equals_the_naive_one(profile, by, sort, include_idle, limit) -> None:
    value_type = len(profile.value_types) - 1
    options = RankingOptions(by, sort, limit, value_type, include_idle)
    ranking = rank(profile, options)
    own = oracle.self_values(profile, value_type, include_idle=include_idle)
    expected = oracle.rank(profile, own, lambda frame: _name_of_group(profile, by, frame))
    labels = [
        group if by == "function" else group_name(profile, by, group)
        for group in ranking.group.tolist()
    ]
    found = dict(
        zip(
            labels,
            zip(ranking.self_values.tolist(), ranking.total_values.tolist(), strict=True),
            strict=True,
        )
    )
    column = 0 if sort == "self" else 1
    by_value = sorted((pair[column] for pair in expected.values()), reverse=True)
    assert found.items() <= expected.items()
    assert [found[label][column] for label in labels] == by_value[:limit]
    assert ranking.groups == len(expected)
    assert ranking.total == sum(own)
    assert ranking.self_below == sum(own) - sum(pair[0] for pair in found.values())


def test_equal_values_are_ordered_by_name_and_place() -> None:
    places = [("b", "x.js"), ("a", "y.js"), ("a", "x.js"), ("c", "")]
    profile = profile_of(*(([place], 3) for place in places))
    ranking = rank(profile, RankingOptions(limit=3))
    assert ranking.group.tolist() == [2, 1, 0]
    assert (ranking.groups, ranking.self_below) == (4, 3)


def test_recursion_counts_once() -> None:
    f, g = ("f", "f.js"), ("g", "g.js")
    ranking = rank(profile_of(([f, g, f], 2), ([f, f], 5)), RankingOptions(sort="total"))
    assert ranking.total_values.tolist() == [7, 2]
    assert ranking.self_values.tolist() == [7, 0]


def test_an_unknown_grouping_is_refused() -> None:
    with pytest.raises(
        UsageError, match="'colour' cannot be ranked; function, file, line, package, category"
    ):
        rank(profile_of(([("f", "")], 1)), RankingOptions(by="colour"))


@given(profiles(), st.booleans())
def test_states_and_threads_are_summed_by_sample(profile, include_idle):
    kinds = profile.kind_of_node
    states, threads = Counter(), Counter()
    for number, thread in enumerate(profile.threads):
        for sample, node in enumerate(thread.samples.node.tolist()):
            if include_idle or kinds[node] != Kind.IDLE:
                value = int(thread.samples.values[sample, 0])
                known = thread.samples.state is not None
                state = VmState(thread.samples.state[sample]) if known else VmState.UNKNOWN
                states[state.label] += value
                threads[number, thread_name(thread)] += value
    for by, expected in (("state", states), ("thread", threads)):
        ranking = rank(profile, RankingOptions(by, include_idle=include_idle))
        found = {
            (group, group_name(profile, by, group))
            if by == "thread"
            else group_name(profile, by, group): value
            for group, value in zip(
                ranking.group.tolist(), ranking.self_values.tolist(), strict=True
            )
        }
        assert found == {name: value for name, value in expected.items() if value}
        assert ranking.total_values.tolist() == ranking.self_values.tolist()
