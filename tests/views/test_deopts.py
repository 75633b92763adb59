"""Deoptimisations, counted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, merge
from profkit.views.deopts import DEOPT_GROUPINGS, DeoptOptions, deopts


def rows_of(profile, by):
    table, answer = profile.deopts, Counter()
    for row in range(len(table)):
        key = {
            "function": int(table.function[row]),
            **{n: profile.text(int(getattr(table, n)[row])) for n in ("kind", "reason", "place")},
        }
        told = key if by == "place" else {by: key[by]}
        answer[tuple(sorted(told.items()))] += int(table.count[row])
    return answer


@given(profiles(), st.sampled_from(DEOPT_GROUPINGS), st.none() | st.integers(0, 3))
def test_deopts_are_counted_as_plainly(profile, by, limit):
    expected = rows_of(profile, by)
    found = deopts(profile, DeoptOptions(by, limit))
    counts = sorted(expected.values(), reverse=True)
    assert found.count.tolist() == counts[:limit]
    assert found.total == sum(counts)
    assert found.groups == len(counts)
    own = profile.self_values()
    for row, function in enumerate(found.function.tolist()):
        told = {
            "function": function,
            **{n: profile.text(int(getattr(found, n)[row])) for n in ("kind", "reason", "place")},
        }
        key = tuple(sorted((told if by == "place" else {by: told[by]}).items()))
        assert expected[key] == found.count[row]
        mine = own[profile.function_of_node == function].sum() if function != ABSENT else 0
        assert found.self_values[row] == mine


@given(profiles())
def test_merging_with_itself_doubles_them(profile):
    twice = merge([profile, profile])
    assert twice.deopts.count.sum() == 2 * profile.deopts.count.sum()
    assert sorted(deopts(twice).count.tolist()) == sorted(
        2 * count for count in deopts(profile).count.tolist()
    )


@given(profiles())
def test_an_unknown_grouping_is_refused(profile):
    with pytest.raises(UsageError, match="'colour' cannot be counted; place, function"):
        deopts(profile, DeoptOptions("colour"))
