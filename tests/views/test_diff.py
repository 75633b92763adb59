"""The difference of two sides, as a ranking and as trees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit import load
from profkit.profile import function_name, validate
from profkit.transforms.joining import join
from profkit.views.diff import DiffOptions, diff
from profkit.views.diff_tree import DiffTreeOptions, diff_tree, difference
from profkit.views.ranking import ORDERS
from tests.building import profile_of
from tests.strategies import profiles

DIRECTIONS = st.sampled_from(("heavy", "tree"))


def service(*, work, log=0, other=100):
    rows = [([("main",), ("work",)], work), ([("main",), ("other",)], other)]
    return profile_of(*rows, *([([("main",), ("work",), ("log",)], log)] if log else []))


@given(profiles(), st.sampled_from(ORDERS))
def test_nothing_differs_from_itself(profile, sort):
    view = diff(join([profile], [profile]), DiffOptions(sort=sort))
    assert len(view) == 0
    assert (view.new, view.vanished) == (0, 0)


@given(profiles(), DIRECTIONS)
def test_no_tree_differs_from_itself(profile, direction):
    view = diff_tree(join([profile], [profile]), DiffTreeOptions(direction))
    assert (view.delta == 0).all()
    # Of what is the same on both sides there is no row that says so.
    assert direction == "tree" or len(view) == 0


@given(profiles(max_value=10**6), profiles(max_value=10**6))
def test_a_difference_is_a_profile(base, candidate):
    joined = join([base], [candidate])
    profile, unit, _ = difference(joined)
    validate(profile)
    assert unit == "share"
    before, after, delta = (profile.self_values(number) for number in range(3))
    assert (after - before == delta).all()


@given(profiles(max_value=10**6), profiles(max_value=10**6), DIRECTIONS)
def test_changes_of_the_first_level_sum_up_to_all(base, candidate, direction):
    joined = join([base], [candidate], base_operations=[2], candidate_operations=[5])
    view = diff_tree(joined, DiffTreeOptions(direction))
    first = view.rows.parent == -1
    before, after = view.whole
    assert view.delta[first].sum() == pytest.approx(after - before, abs=1e-6 * (before + after))
    # What a row is made of is what its own view of the difference says.
    steps = view.rows.total_values * (max(view.whole) or 1)
    assert (np.sign(np.round(view.delta, 6)) * np.sign(steps) >= 0).all()


def test_rows_of_a_heavy_tree_have_both_sides():
    joined = join([service(work=50, log=30)], [service(work=50)], **operations(10, 10))
    view = diff_tree(joined, DiffTreeOptions("heavy"))
    told = [
        (int(depth), function_name(view.rows.profile, int(function)), base, candidate)
        for depth, function, base, candidate in zip(
            view.rows.depth,
            view.rows.function,
            view.base.round(6).tolist(),
            view.candidate.round(6).tolist(),
            strict=True,
        )
    ]
    assert told == [(0, "log", 3, 0), (1, "work", 3, 0), (2, "main", 3, 0)]


def operations(base, candidate, runs=1):
    return {"base_operations": [base] * runs, "candidate_operations": [candidate] * runs}


def test_costs_per_operation_do_not_depend_on_what_else_there_is():
    joined = join([service(work=50)], [service(work=50, other=900)], **operations(10, 10))
    view = diff(joined, DiffOptions(sort="self"))
    assert [function_name(view.profile, int(n)) for n in view.group] == ["other"]
    assert view.own.delta.tolist() == [80]


def test_what_only_one_side_has_is_new_or_vanished():
    view = diff(join([service(work=50, log=30)], [service(work=50)]), DiffOptions(sort="self"))
    named = {function_name(view.profile, int(n)): row for row, n in enumerate(view.group)}
    assert view.is_vanished[named["log"]]
    assert not view.is_new.any()
    assert (view.new, view.vanished) == (0, 1)


def test_one_run_a_side_tells_no_chance():
    view = diff(join([service(work=50)], [service(work=60)]))
    assert np.isnan(view.own.q).all()
    assert not view.own.is_significant.any()


def test_several_runs_tell_what_is_more_than_chance():
    base = [service(work=work, other=1000 + work % 7) for work in (498, 505, 501, 495, 503)]
    candidate = [service(work=work, other=1000 + work % 5) for work in (803, 795, 801, 798, 805)]
    joined = join(base, candidate, **operations(10, 10, runs=5))
    view = diff(joined, DiffOptions(sort="self"))
    rows = {function_name(view.profile, int(n)): row for row, n in enumerate(view.group)}
    work, other = rows["work"], rows["other"]
    assert view.own.is_significant[work]
    assert view.own.low[work] < 30 < view.own.high[work]
    assert view.own.low[work] > 20
    assert not view.own.is_significant[other]


def test_what_is_small_on_both_sides_can_be_left_out():
    joined = join([service(work=500, log=1)], [service(work=600)], **operations(1, 1))
    assert len(diff(joined, DiffOptions(sort="self"))) == 2
    assert len(diff(joined, DiffOptions(sort="self", min_share=0.01))) == 1


def test_shares_are_those_of_pprof():
    # Of both recordings by profkit convert: go tool pprof -top -normalize -diff_base logger quiet,
    # Go 1.19.8: flat and cum in percent.
    pprof = {
        "writeUtf8String": (-19.20, -19.61),
        "(idle)": (6.38, 6.38),
        "writev": (3.79, 4.14),
        "logger": (-1.49, -22.39),
        "wrapSafe": (0.79, 0.79),
        "expressInit": (0.79, 5.46),
    }
    base, candidate = (
        load(f"samples/node/22.23.3/auth-api-{name}.cpuprofile.gz") for name in ("logger", "quiet")
    )
    view = diff(join([base], [candidate]), DiffOptions(sort="self", include_idle=True))
    found = {
        function_name(view.profile, int(function)): (100 * own, 100 * total)
        for function, own, total in zip(
            view.group, view.own.delta.tolist(), view.total.delta.tolist(), strict=True
        )
        if function_name(view.profile, int(function)) in pprof
    }
    assert found.keys() == pprof.keys()
    for name, figures in pprof.items():
        assert found[name] == pytest.approx(figures, abs=0.02), name
