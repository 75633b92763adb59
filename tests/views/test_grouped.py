"""Groups in place of functions: what each took is what a ranking says."""

from __future__ import annotations

import numpy as np
import pytest
from building import profile_of
from hypothesis import given
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, function_name, thread_name, validate
from profkit.views.grouped import CALLER_GROUPINGS, grouped
from profkit.views.heavy import HeavyOptions, heavy
from profkit.views.ranking import RankingOptions, group_name, rank
from profkit.views.tree import TreeOptions, tree

OF_FRAMES = [by for by in CALLER_GROUPINGS if by not in ("function", "thread")]


def figures(profile, by):
    ranking = rank(profile, RankingOptions(by, include_idle=True))
    found = zip(
        ranking.group.tolist(),
        ranking.self_values.tolist(),
        ranking.total_values.tolist(),
        strict=True,
    )
    answer = {}
    for group, own, whole in found:
        answer.setdefault(group_name(ranking.profile, by, group), []).append((own, whole))
    return {name: sorted(values) for name, values in answer.items()}


@pytest.mark.parametrize("by", OF_FRAMES)
@given(profile=profiles())
def test_groups_take_what_a_ranking_says(by, profile) -> None:
    made = validate(grouped(profile, by))
    assert figures(made, "function") == figures(profile, by)


@pytest.mark.parametrize("by", OF_FRAMES)
@given(profile=profiles())
def test_no_group_calls_itself(by, profile) -> None:
    made = grouped(profile, by)
    below = made.tree.parent != ABSENT
    function = made.function_of_node
    assert not (function[below] == function[made.tree.parent[below]]).any()


@given(profiles())
def test_each_thread_is_a_root_with_its_own_sum(profile) -> None:
    made = validate(grouped(profile, "thread"))
    roots = np.flatnonzero(made.tree.parent == ABSENT)
    total = made.tree.totals(made.self_values())[roots]
    found = {
        function_name(made, int(made.function_of_node[root])): int(value)
        for root, value in zip(roots, total, strict=True)
    }
    sums = {}
    for thread in profile.threads:
        name = thread_name(thread)
        sums[name] = sums.get(name, 0) + int(thread.samples.values[:, 0].sum())
    assert {name: value for name, value in found.items() if value} == {
        name: value for name, value in sums.items() if value
    }


def test_functions_are_left_as_they_are() -> None:
    profile = profile_of(([("f",)], 1))
    assert grouped(profile, "function") is profile


def test_what_cannot_be_grouped_is_refused() -> None:
    with pytest.raises(UsageError, match="'state' cannot be grouped; function, file"):
        grouped(profile_of(([("f",)], 1)), "state")


def test_packages_call_packages() -> None:
    node, morgan = "/a/node_modules/x/i.js", "/a/node_modules/morgan/i.js"
    frames = [("f", node, 1, 1), ("g", node, 2, 1), ("log", morgan, 3, 1), ("h", node, 4, 1)]
    profile = profile_of((frames, 3), (frames[:2], 2))
    view = tree(profile, TreeOptions(by="file"))
    assert [function_name(view.profile, n) for n in view.function] == [node, morgan, node]
    assert (view.self_values.tolist(), view.total_values.tolist()) == ([2, 0, 3], [5, 3, 3])
    below = heavy(profile, HeavyOptions(by="file"))
    assert [function_name(below.profile, n) for n in below.function] == [node, morgan, node]
    assert below.total_values.tolist() == [5, 3, 3]
