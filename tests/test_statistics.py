import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.statistics import (
    Spread,
    benjamini_hochberg,
    compare,
    fit_prior,
    fit_spread,
    lone_distance,
    p_beyond,
    runs_needed,
    size_factors,
    smallest_found,
    t_quantile,
    variance,
)


def runs_of_a_service(random, runs, *, change=0.0, between=0.15, samples=4000, groups=60):
    """Make counts on two sides: groups scatter between runs, and runs are of unlike length."""
    share = random.dirichlet(np.full(groups, 0.4))
    rate = share * np.exp(random.normal(0, between, (2 * runs, groups)))
    is_candidate = np.arange(2 * runs) >= runs
    rate[is_candidate, 0] += change
    work = random.lognormal(0, 0.1, 2 * runs)
    return random.poisson(rate * samples * work[:, None]).astype(float), is_candidate


def compared(counts, is_candidate, least=0.0):
    factors = size_factors(counts)
    costs = counts / factors[:, None]
    whole = costs.sum(axis=1).mean()
    spread = fit_spread(costs, is_candidate, 1 / factors, whole)
    kept = costs.mean(axis=0) > whole / 400
    return compare(
        costs[:, kept], is_candidate, 1 / factors, whole, spread, least=least * whole
    ), kept


class TestSizeFactors:
    def test_tell_how_much_work_was_done(self):
        assert size_factors([[10, 40, 200], [20, 80, 400]]) == pytest.approx([2 / 3, 4 / 3])

    def test_do_not_see_a_group_that_is_new(self):
        before = [[100, 400, 200, 0, 300]] * 2
        after = [[100, 400, 200, 900, 300]] * 2
        assert size_factors([*before, *after]) == pytest.approx([1, 1, 1, 1])

    def test_do_not_see_groups_that_changed(self):
        counts = np.array([[100, 400, 200, 250, 300], [100, 400, 200, 900, 300]])
        assert size_factors(counts) == pytest.approx([1, 1], rel=0.02)

    def test_are_one_where_nothing_is_in_all_runs(self):
        assert size_factors([[5, 0], [0, 5]]).tolist() == [1, 1]

    def test_of_no_groups(self):
        assert size_factors(np.zeros((3, 0))).tolist() == [1, 1, 1]

    @given(st.integers(0, 2**32), st.floats(0.1, 10))
    def test_follow_the_length_of_a_run(self, seed, length):
        counts = np.random.default_rng(seed).poisson(200, (3, 12)).astype(float) + 1
        longer = counts * np.array([1, 1, length])[:, None]
        ratio = size_factors(longer, [1, 1, length]) / size_factors(counts)
        assert ratio[2] / ratio[0] == pytest.approx(length, rel=0.1)


class TestNothingChanged:
    def p_values(self, runs, **scatter):
        random = np.random.default_rng(20)
        return np.concatenate(
            [compared(*runs_of_a_service(random, runs, **scatter))[0].p for _ in range(60)]
        )

    @pytest.mark.parametrize("runs", [2, 3, 5])
    def test_p_values_are_uniform(self, runs):
        p = self.p_values(runs)
        assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.05)
        assert 0.02 < np.mean(p < 0.05) < 0.06
        assert np.mean(p < 0.01) < 0.015

    def test_without_scatter_of_their_own_less_is_found(self):
        p = self.p_values(3, between=0.0)
        assert np.mean(p < 0.05) < 0.05

    def test_p_values_are_uniform_with_wide_scatter(self):
        p = self.p_values(3, between=0.4)
        assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.02)

    def test_the_interval_holds_nothing_in_95_of_100(self):
        random = np.random.default_rng(3)
        held = []
        for _ in range(60):
            found, _ = compared(*runs_of_a_service(random, 3))
            held.append((found.low <= 0) & (found.high >= 0))
            assert (found.low <= found.delta).all()
            assert (found.delta <= found.high).all()
        assert np.mean(np.concatenate(held)) == pytest.approx(0.95, abs=0.02)


def test_a_change_of_a_twentieth_is_found_and_comes_first():
    random = np.random.default_rng(4)
    first = []
    for _ in range(40):
        found, kept = compared(*runs_of_a_service(random, 3, change=0.05), least=0.005)
        first.append(bool(kept[0]) and found.q[0] < 0.01 and int(found.p.argmin()) == 0)
    assert np.mean(first) >= 0.85


def test_one_new_group_blames_no_other():
    random = np.random.default_rng(5)
    blamed = 0
    for _ in range(30):
        found, kept = compared(*runs_of_a_service(random, 3, change=0.3), least=0.005)
        assert kept[0]
        blamed += int((found.q[1:] < 0.01).sum())
    assert blamed <= 1


class TestFitting:
    def test_spread_is_found_again(self):
        random = np.random.default_rng(6)
        share = random.dirichlet(np.full(200, 0.5))
        rate = share * np.exp(random.normal(0, 0.2, (10, 200)))
        counts = random.poisson(rate * 20_000).astype(float)
        spread = fit_spread(counts, np.arange(10) >= 5, 1.0, 20_000.0)
        assert spread.between == pytest.approx(0.2, rel=0.25)
        assert spread.sampling == pytest.approx(1, rel=0.5)

    def test_sampling_alone(self):
        random = np.random.default_rng(7)
        counts = random.poisson(random.dirichlet(np.full(200, 0.5)) * 20_000, (10, 200))
        spread = fit_spread(counts.astype(float), np.arange(10) >= 5, 1.0, 20_000.0)
        assert spread.between == 0.1
        assert spread.sampling == pytest.approx(1, rel=0.3)
        assert spread.freedom == 5

    def test_without_replicates_what_was_assumed_stays(self):
        assumed = Spread(2.0, 0.3, 5.0)
        counts = np.full((2, 50), 100.0)
        assert fit_spread(counts, np.array([False, True]), 1.0, 5000.0, assumed=assumed) is assumed

    def test_of_few_groups_what_was_assumed_stays(self):
        assumed = Spread(2.0, 0.3, 5.0)
        counts = np.arange(12.0).reshape(6, 2) + 50
        assert fit_spread(counts, np.arange(6) > 2, 1.0, 100.0, assumed=assumed) is assumed

    @pytest.mark.parametrize("prior", [2.5, 4])
    def test_prior_is_found_again(self, prior):
        random = np.random.default_rng(8)
        ratios = 2.5 * random.f(4, prior, 20_000)
        scale, found = fit_prior(ratios, 4)
        assert scale == pytest.approx(2.5, rel=0.1)
        assert found == pytest.approx(prior, rel=0.15)

    def test_groups_that_scatter_alike_give_a_strong_prior(self):
        ratios = np.random.default_rng(9).chisquare(4, 5000) / 4
        assert fit_prior(ratios, 4)[1] == 5

    def test_variance_is_that_of_a_binomial_and_more(self):
        assert variance(np.array([30.0]), 1.0, 100.0, Spread()) == pytest.approx(30 * 0.7)
        both = variance(np.array([30.0]), 1.0, 100.0, Spread(1, 0.1))
        assert both == pytest.approx(30 * 0.7 + (0.1 * 30 * 0.7) ** 2)

    def test_variance_of_nearly_all_is_not_that_of_the_little_rest(self):
        assert variance(np.array([95.0]), 1.0, 100.0, Spread()) == pytest.approx(95 * 0.3)


class TestComparing:
    def test_nothing_known_of_scatter_is_a_t_test(self):
        costs = np.array([[9.0], [10], [11], [13], [14], [15]])
        # With a prior of no weight only the runs themselves speak.
        found = compare(costs, np.arange(6) > 2, 1e-9, 1e9, Spread(1, 0, 1e-12))
        assert found.delta == pytest.approx([4])
        assert found.error == pytest.approx([math.sqrt(2 / 3)], rel=0.2)
        assert found.freedom == pytest.approx([4])

    def test_one_run_a_side_goes_by_the_trend(self):
        found = compare(np.array([[100.0], [144.0]]), np.array([False, True]), 1.0, 1e9, Spread())
        assert found.error == pytest.approx([math.sqrt(244)], rel=1e-3)
        assert found.freedom == pytest.approx([4])

    def test_a_longer_run_weighs_more(self):
        costs = np.array([[100.0], [100], [130]])
        found = compare(costs, np.array([True, False, False]), [1, 1, 9], 1e9, Spread())
        assert found.base == pytest.approx([103])

    def test_ratios_of_what_is_new_and_gone(self):
        costs = np.array([[0.0, 50, 50], [50.0, 0, 100]])
        found = compare(costs, np.array([False, True]), 1.0, 200.0, Spread())
        assert found.ratio_high[0] == math.inf
        assert found.ratio_low[1] == 0
        assert found.ratio_low[2] < 2 < found.ratio_high[2]

    def test_equal_sides_differ_by_nothing(self):
        costs = np.tile([5.0, 60, 100], (4, 1))
        found = compare(costs, np.arange(4) > 1, 1.0, 165.0, Spread())
        assert found.delta.tolist() == [0, 0, 0]
        assert found.p.tolist() == [1, 1, 1]

    def test_scatter_is_never_thought_less_than_half_of_samplings(self):
        costs = np.array([[100.0], [100], [120], [120]])
        found = compare(costs, np.arange(4) > 1, 1.0, 1e9, Spread(1e-6, 0, 30))
        assert found.error[0] ** 2 >= 0.5 * (100 / 2 + 120 / 2) * 0.99


class TestTails:
    @pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.706), (4, 2.776), (30, 2.042)])
    def test_quantiles_of_the_table(self, freedom, quantile):
        assert t_quantile(0.975, freedom) == pytest.approx(quantile, abs=1e-3)

    def test_p_of_a_quantile(self):
        assert p_beyond(2.776445, 1, 4) == pytest.approx(0.05, abs=1e-6)

    def test_p_of_one_degree_of_freedom_is_an_arc(self):
        assert p_beyond(3, 1, 1) == pytest.approx(1 - 2 * math.atan(3) / math.pi)

    def test_a_change_within_the_least_effect_is_nothing(self):
        assert p_beyond(1.0, 0.01, 10, least=2.0) > 0.99
        assert p_beyond(3.0, 0.01, 10, least=2.0) < 1e-9

    def test_without_any_error_at_all(self):
        assert p_beyond([0.0, 1.0], 0.0, 10).tolist() == [1, 0]

    @given(st.floats(-5, 5), st.floats(0.1, 5), st.floats(0, 3))
    def test_a_least_effect_never_makes_surer(self, delta, error, least):
        assert p_beyond(delta, error, 6, least) >= p_beyond(delta, error, 6) - 1e-12


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discovery_rate_is_that_of_the_definition(p):
    q = benjamini_hochberg(p)
    for rate in (0.01, 0.05, 0.2, 0.7):
        ordered = sorted(p)
        passed = [n for n, value in enumerate(ordered, 1) if value <= rate * n / len(p)]
        limit = ordered[passed[-1] - 1] if passed else -1
        for value, found in zip(p, q, strict=True):
            if abs(found - rate) > 1e-9:
                assert (found < rate) == (value <= limit)


def test_false_discovery_rate_of_nothing():
    assert benjamini_hochberg([]).tolist() == []


class TestPower:
    def test_what_is_smallest_is_found_in_nine_of_ten(self):
        random = np.random.default_rng(11)
        smallest = float(smallest_found(1.0, 10, level=0.05))
        errors = np.sqrt(random.chisquare(10, 20_000) / 10)
        seen = np.abs(random.normal(smallest, 1, 20_000)) / errors > t_quantile(0.975, 10)
        assert seen.mean() == pytest.approx(0.9, abs=0.03)

    def test_more_runs_find_less(self):
        few, many = runs_needed(10.0, 10.0), runs_needed(5.0, 10.0)
        assert few < many

    def test_some_changes_are_never_found(self):
        assert runs_needed(1.0, 100.0) is None
        assert runs_needed(1.0, 0.1, least=2.0) is None


class TestLoneRuns:
    SPREAD = Spread(1.0, 0.3, 30.0)

    def distance(self, low, high):
        return float(lone_distance(np.array([low]), np.array([high]), 1.0, self.SPREAD)[0])

    def test_great_costs_differ_as_their_ratio_does(self):
        assert self.distance(1e5, 3e5) == pytest.approx(np.log(3) / (0.3 * np.sqrt(2)), rel=0.01)

    def test_few_samples_differ_as_counts_do(self):
        # Of Poisson counts the square roots have a variance of a quarter.
        assert self.distance(1.0, 4.0) == pytest.approx(2 / np.sqrt(2), rel=0.1)

    def test_something_new_is_told_from_what_tripled(self):
        assert self.distance(0.0, 200.0) > 2 * self.distance(100.0, 300.0)

    def test_neither_side_is_favoured(self):
        costs = np.array([[0.0, 100.0, 50.0], [200.0, 10.0, 50.0]])
        sides = np.array([False, True])
        one, other = (
            compare(rows, sides, 1.0, 500.0, self.SPREAD, least=5.0).p
            for rows in (costs, costs[::-1])
        )
        assert one == pytest.approx(other)
        assert one[2] > 0.9
