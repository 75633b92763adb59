"""The heavy view and the tree view: each equals a naive recursive one."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import oracle
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, function_name
from profkit.transforms.matching import find_function
from profkit.views.heavy import HeavyOptions, heavy
from profkit.views.tree import TreeOptions, tree

depths = st.none() | st.integers(1, 4)
shares = st.sampled_from((0.0, 0.01, 0.1, 0.3))


def _rows(view):
    columns = (view.depth, view.function, view.self_values, view.total_values)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _assert_linked(view) -> None:
    """Each row's parent is the nearest row before it that is one level up."""
    for row, (parent, depth) in enumerate(
        zip(view.parent.tolist(), view.depth.tolist(), strict=True)
    ):
        above = [n for n in range(row) if view.depth[n] < depth]
        assert parent == (above[-1] if above else ABSENT)


@given(profiles(), depths, shares, st.none() | st.integers(1, 4), st.booleans())
def test_heavy_equals_the_naive_one(profile, depth, min_share, limit, include_idle) -> None:
    value_type = len(profile.value_types) - 1
    view = heavy(profile, HeavyOptions(limit, depth, min_share, value_type, include_idle))
    own = oracle.self_values(profile, value_type, include_idle=include_idle)
    rows, cut = oracle.heavy(profile, own, limit=limit, depth=depth, min_share=min_share)
    assert _rows(view) == rows
    assert asdict(view.cut) == cut
    assert view.total == sum(own)
    _assert_linked(view)


@given(profiles(), depths, shares, st.booleans())
def test_tree_equals_the_naive_one(profile, depth, min_share, include_idle) -> None:
    value_type = len(profile.value_types) - 1
    options = TreeOptions(depth, min_share, None, value_type, include_idle)
    view = tree(profile, options)
    own = oracle.self_values(profile, value_type, include_idle=include_idle)
    rows, cut = oracle.tree(profile, own, depth=depth, min_share=min_share)
    assert _rows(view) == rows
    assert asdict(view.cut) == cut
    assert view.total == sum(own)
    _assert_linked(view)


@given(profiles(min_value=-(10**6), max_value=10**6))
def test_differences_keep_their_sums(profile) -> None:
    own = profile.self_values(include_idle=False)
    for view in (heavy(profile), tree(profile)):
        assert int(view.self_values.sum()) == int(own.sum()) == view.total
        roots = view.parent == ABSENT
        assert int(view.total_values[roots].sum()) == view.total


@given(profiles())
def test_the_whole_of_both_views_is_the_same_time(profile) -> None:
    down, up = tree(profile), heavy(profile)
    assert sum(down.self_values.tolist()) == sum(up.self_values.tolist())
    by_function = np.zeros((2, len(profile.functions)), np.int64)
    np.add.at(by_function[0], down.function, down.self_values)
    np.add.at(by_function[1], up.function, up.self_values)
    assert (by_function[0] == by_function[1]).all()


@given(profiles(), st.data(), st.none() | st.integers(1, 3), st.sampled_from((0.0, 0.2)))
def test_a_tree_of_one_function_equals_the_naive_one(profile, data, depth, min_share) -> None:
    functions = profile.functions
    labels = {}
    for number in sorted(set(profile.function_of_node.tolist())):
        key = (function_name(profile, number), functions.file[number], functions.line[number])
        labels.setdefault(key, []).append(number)
    alone = [numbers[0] for numbers in labels.values() if len(numbers) == 1]
    if not alone:
        return
    of = data.draw(st.sampled_from(alone))
    place = f"{profile.text(functions.file[of])}:{functions.line[of]}"
    text = f"{function_name(profile, of)}@{place}"
    try:
        found = find_function(profile, text)
    except UsageError:
        return  # a place without a file or a line does not tell functions of one name apart
    assert found.tolist() == [of]
    view = tree(profile, TreeOptions(depth, min_share, text))
    own = oracle.self_values(profile)
    rows, _ = oracle.tree(profile, own, depth=depth, min_share=min_share, of=of)
    assert _rows(view) == rows
    assert view.total == sum(own)
