"""What code costs in each of several runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import UsageError
from profkit.profile import Kind, ValueType
from profkit.transforms.joining import join
from profkit.views.costs import COST_GROUPINGS, CostOptions, costs
from profkit.views.ranking import RankingOptions, group_name, rank
from tests.building import profile_of
from tests.strategies import profiles

TICKS = ValueType("ticks", "count")


def run_of(*rows, value_type=TICKS, **meta):
    profile = profile_of(*rows, value_type=value_type)
    return profile.replace(meta=replace(profile.meta, **meta))


@given(profiles(max_value=10**6), profiles(max_value=10**6), st.sampled_from(COST_GROUPINGS))
def test_costs_are_those_of_each_run_alone(base, candidate, by):
    found = costs(join([base], [candidate]), CostOptions(by, "share"))
    assert np.allclose(found.self_costs.sum(axis=1), found.whole)
    assert (found.self_costs <= found.total_costs + 1e-12).all()
    for number, profile in enumerate((base, candidate)):
        ranking = rank(profile, RankingOptions(by))
        whole = ranking.total or 1
        assert found.charged_costs[number].sum() == pytest.approx(found.whole[number])
        alone = sorted((ranking.self_values / whole).tolist())
        together = found.self_costs[number]
        shown = found.total_costs[number] != 0
        if by in ("kind", "category", "tier"):  # nothing in these is told apart otherwise
            assert np.allclose(sorted(together[shown].tolist()), alone)
        assert found.whole[number] == pytest.approx(sum(alone))


def test_ticks_are_time_by_each_runs_own_interval():
    base = run_of(([("work",)], 10), interval=1_000_000)
    candidate = run_of(([("work",)], 30), interval=500_000)
    joined = join([base], [candidate], base_operations=[5], candidate_operations=[10])
    found = costs(joined)
    assert found.unit == "ns/op"
    assert found.self_costs.tolist() == [[2_000_000], [1_500_000]]
    assert found.self_counts.tolist() == [[10], [30]]
    assert found.whole.tolist() == [2_000_000, 1_500_000]


def test_per_second_of_the_recording():
    base = run_of(([("work",)], 10), interval=10**6, start_time=0, end_time=2 * 10**9)
    candidate = run_of(([("work",)], 10), interval=10**6, start_time=5, end_time=10**9 + 5)
    found = costs(join([base], [candidate]), CostOptions(per="second"))
    assert found.unit == "ns/s"
    assert found.self_costs.tolist() == [[5e6], [1e7]]


def test_idle_time_costs_nothing():
    idle = ("(idle)", "", -1, -1, Kind.IDLE)
    collecting = ("(garbage collector)", "", -1, -1, Kind.GC)
    run = run_of(([("work",)], 3), ([idle], 90), ([("work",), collecting], 1))
    found = costs(join([run], [run]))
    names = [group_name(found.profile, "function", n) for n in found.group.tolist()]
    assert dict(zip(names, found.self_costs[0].tolist(), strict=True)) == {
        "work": 0.75,
        "(garbage collector)": 0.25,
    }
    assert found.unit == "share"


def test_a_run_of_which_nothing_was_kept_costs_nothing():
    run = run_of(([("work",)], 3))
    empty = run.replace(
        threads=tuple(
            replace(t, samples=replace(t.samples, values=t.samples.values * 0)) for t in run.threads
        )
    )
    assert costs(join([run], [empty])).self_costs.tolist() == [[1], [0]]


def test_what_is_not_known_is_not_made_up():
    joined = join([run_of(([("work",)], 3))], [run_of(([("work",)], 3))])
    with pytest.raises(UsageError, match="how many operations it did is not known"):
        costs(joined, CostOptions(per="operation"))
    with pytest.raises(UsageError, match="how long it lasted is not known"):
        costs(joined, CostOptions(per="second"))
    with pytest.raises(UsageError, match="'thread' has no cost"):
        costs(joined, CostOptions(by="thread"))


def test_counts_without_an_interval_stay_counts():
    run = run_of(([("work",)], 3))
    joined = join([run], [run], base_operations=[2], candidate_operations=[2])
    found = costs(joined)
    assert found.unit == "ticks/op"
    assert found.self_costs.tolist() == [[1.5], [1.5]]
