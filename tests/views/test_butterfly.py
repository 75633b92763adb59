"""The butterfly: equal to a naive one, and its sums are those of a ranking."""

from __future__ import annotations

import oracle
import pytest
from building import profile_of
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, full_place, function_name
from profkit.transforms.matching import find_function
from profkit.views.butterfly import ButterflyOptions, butterfly
from profkit.views.heavy import heavy
from profkit.views.ranking import RankingOptions, rank
from profkit.views.tree import TreeOptions, tree

F, G, H, MAIN = ("f", "f.js"), ("g", "g.js"), ("h", "h.js"), ("main", "main.js")


def _pick(profile, data):
    """Draw a function of the profile; returns what names it, and its numbers."""
    assume(len(profile.tree))
    number = data.draw(st.sampled_from(sorted(set(profile.function_of_node.tolist()))))
    text = f"{function_name(profile, number)}@{full_place(profile, number)}"
    try:
        return text, find_function(profile, text).tolist()
    except UsageError:
        assume(False)


def _first_level(profile, view):
    return {
        int(function): int(total)
        for function, parent, total in zip(
            view.function, view.parent, view.total_values, strict=True
        )
        if parent == ABSENT
    }


@given(profiles(), st.data(), st.booleans())
def test_a_butterfly_equals_the_naive_one(profile, data, include_idle) -> None:
    text, numbers = _pick(profile, data)
    value_type = len(profile.value_types) - 1
    view = butterfly(
        profile, ButterflyOptions(text, value_type=value_type, include_idle=include_idle)
    )
    own = oracle.self_values(profile, value_type, include_idle=include_idle)
    figures, callers, callees = oracle.butterfly(profile, own, set(numbers))
    found = {
        "self": view.self_value,
        "total": view.total_value,
        "nobody": view.root_value,
        "recursive": view.recursive_value,
    }
    assert found == figures
    assert _first_level(profile, view.callers) == {n: v for n, v in callers.items() if v}
    assert _first_level(profile, view.callees) == {n: v for n, v in callees.items() if v}
    assert view.total == sum(own)


@given(profiles(), st.data(), st.none() | st.integers(1, 3), st.integers(1, 3))
def test_callers_and_callees_sum_to_the_total(profile, data, depth, limit) -> None:
    text, numbers = _pick(profile, data)
    view = butterfly(profile, ButterflyOptions(text, limit=limit, depth=depth, min_share=0.1))
    for side, rest in ((view.callers, view.root_value), (view.callees, view.self_value)):
        shown = sum(_first_level(profile, side).values())
        assert shown + side.cut.roots_value + rest == view.total_value == side.total
    if len(numbers) == 1:
        ranking = rank(profile, RankingOptions())
        at = ranking.group.tolist().index(numbers[0]) if numbers[0] in ranking.group else None
        if at is not None:
            assert view.self_value == ranking.self_values[at]
            assert view.total_value == ranking.total_values[at]


@given(profiles(), st.data())
def test_deeper_rows_are_within_those_above(profile, data) -> None:
    text, _ = _pick(profile, data)
    view = butterfly(profile, ButterflyOptions(text, depth=None))
    for side in (view.callers, view.callees):
        below = [0] * len(side)
        for parent, total in zip(side.parent, side.total_values, strict=True):
            if parent != ABSENT:
                below[parent] += int(total)
        assert all(part <= whole for part, whole in zip(below, side.total_values, strict=True))


def test_recursion_is_the_functions_own() -> None:
    profile = profile_of(
        ([MAIN, F, G, F, H], 5), ([MAIN, F, F], 2), ([F, G], 1), ([G, F], 4), ([H], 8)
    )
    view = butterfly(profile, ButterflyOptions("f"))
    names = [function_name(profile, n) for n in view.callers.function]
    assert dict(zip(names, view.callers.total_values.tolist(), strict=True)) == {"main": 7, "g": 4}
    names = [function_name(profile, n) for n in view.callees.function]
    assert dict(zip(names, view.callees.total_values.tolist(), strict=True)) == {"h": 5, "g": 1}
    figures = (view.self_value, view.total_value, view.root_value, view.recursive_value)
    assert figures == (6, 12, 1, 7)


def test_without_recursion_its_callees_are_those_of_the_tree() -> None:
    profile = profile_of(([MAIN, F, G], 5), ([MAIN, F, G, H], 2), ([H, F, H], 3))
    view = butterfly(profile, ButterflyOptions("f", depth=None))
    below = tree(profile, TreeOptions(of="f"))
    assert view.callees.function.tolist() == below.function.tolist()[1:]
    assert view.callees.total_values.tolist() == below.total_values.tolist()[1:]


def test_callers_of_a_leaf_are_those_of_the_heavy_view() -> None:
    profile = profile_of(([MAIN, F, G], 5), ([MAIN, G], 2), ([H, F, G], 3))
    view = butterfly(profile, ButterflyOptions("g", depth=None))
    above = heavy(profile)
    assert view.callers.function.tolist() == above.function.tolist()[1:]
    assert view.callers.total_values.tolist() == above.total_values.tolist()[1:]


def test_a_limit_counts_each_side() -> None:
    profile = profile_of(([F, H], 5), ([G, H], 3), ([H, F], 4), ([H, G], 1), ([H, MAIN], 2))
    view = butterfly(profile, ButterflyOptions("h", limit=1))
    assert (view.callers.cut.roots, view.callers.cut.roots_value) == (1, 3)
    assert (view.callees.cut.roots, view.callees.cut.roots_value) == (2, 3)


def test_an_unknown_function_is_refused() -> None:
    with pytest.raises(UsageError, match="no function's name or place contains 'nosuch'"):
        butterfly(profile_of(([F], 1)), ButterflyOptions("nosuch"))
