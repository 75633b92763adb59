"""Change points: steps and creeps are found, noise and single outliers are not."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.history.changes import LEAST, change_points, energy_distances

GOLDEN = Path(__file__).parents[1] / "golden" / "history"

PUBLISHED = json.loads((GOLDEN / "e_divisive.json").read_text())
"""What benchmarks/peers/e_divisive.py had from MongoDB's implementation and from Otava's."""

CREEP = 1.01 ** np.clip(np.arange(60) - 19, 0, 20)
"""Sixty commits; twenty of them in the middle each cost one percent more."""


def noise(seed, size, spread=1.0):
    return np.random.default_rng(seed).normal(100, spread, size)


def places(series, level=0.01):
    return [change.index for change in change_points(series, level)]


def naive_distances(series):
    """Compute the weighed energy distances as their formula reads."""
    answer = [0.0]
    for place in range(1, len(series)):
        left, right = series[:place], series[place:]

        def mean(one, other):
            return sum(abs(x - y) for x in one for y in other) / (len(one) * len(other))

        weight = len(left) * len(right) / len(series)
        answer.append(weight * (2 * mean(left, right) - mean(left, left) - mean(right, right)))
    return answer


@given(st.lists(st.integers(990, 1010), min_size=2, max_size=20))
def test_distances_are_what_their_formula_says(series) -> None:
    spread = np.median(np.abs(np.array(series) - np.median(series)))
    if spread > 0:  # values far off count as less far, which is not in the formula
        series = np.clip(series, *(np.median(series) + np.array([-1, 1]) * 7 * spread)).tolist()
    assert np.allclose(energy_distances(series), naive_distances(series), atol=1e-9)


@pytest.mark.parametrize("name", ["noise", "step", "two steps", "creep"])
def test_distances_equal_mongodbs(name) -> None:
    theirs = PUBLISHED[name]
    assert np.allclose(energy_distances(theirs["series"]), theirs["distances"], atol=1e-8)


@pytest.mark.parametrize("name", PUBLISHED)
def test_change_points_are_mongodbs(name) -> None:
    assert places(PUBLISHED[name]["series"]) == PUBLISHED[name]["mongodb"]


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name != "creep"])
def test_change_points_of_steps_are_otavas(name) -> None:
    assert places(PUBLISHED[name]["series"]) == PUBLISHED[name]["otava"]


@pytest.mark.parametrize("seed", range(5))
def test_a_step_is_found_at_its_place(seed) -> None:
    (change,) = change_points(noise(seed, 60) + 5 * (np.arange(60) >= 40))
    assert abs(change.index - 40) <= 1
    assert change.before == pytest.approx(100, abs=0.7)
    assert change.after == pytest.approx(105, abs=0.7)
    assert change.low < 5 < change.high
    assert (change.start, change.end) == (0, 60)
    assert change.p <= 0.01


def test_a_step_that_was_taken_back_is_two() -> None:
    series = noise(0, 60) + 5 * ((np.arange(60) >= 20) & (np.arange(60) < 40))
    assert places(series) == [20, 40]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [0.5, 1, 2])
def test_a_creep_of_twenty_small_steps_is_found(seed, spread) -> None:
    found = change_points(noise(seed, 60, spread) * CREEP)
    assert found
    assert all(change.after > change.before for change in found)
    assert 15 <= found[0].index <= 35
    assert found[0].before == pytest.approx(100, rel=0.03)
    assert found[-1].after == pytest.approx(122, rel=0.03)


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_noise_has_change_points_no_more_often_than_the_level_says(level) -> None:
    trials = 400
    found = sum(bool(change_points(noise(seed, 24), level)) for seed in range(trials))
    # Three standard deviations of a fair test's count above its mean.
    assert found <= trials * level + 3 * np.sqrt(trials * level * (1 - level))


def test_heavy_tails_are_no_alarm_either() -> None:
    random = np.random.default_rng(1)
    found = sum(bool(change_points(random.standard_cauchy(30), 0.05)) for _ in range(300))
    assert found <= 300 * 0.05 + 3 * np.sqrt(300 * 0.05 * 0.95)


@pytest.mark.parametrize("place", [0, 1, 20, 58, 59])
@pytest.mark.parametrize("factor", [0.2, 1.2, 50])
def test_a_single_outlier_is_no_change(place, factor) -> None:
    series = noise(3, 60)
    series[place] *= factor
    assert not places(series)


def test_an_outlier_does_not_hide_a_step() -> None:
    series = noise(0, 60) + 4 * (np.arange(60) >= 30)
    series[10] = 10_000
    assert places(series) == [30]


@given(st.lists(st.floats(-1e6, 1e6), max_size=12), st.integers(0, 3))
def test_changes_lie_apart_and_in_order(series, seed) -> None:
    found = change_points(series, 0.3, seed=seed)
    edges = [0, *(change.index for change in found), len(series)]
    assert not found or all(end - start >= LEAST for start, end in pairwise(edges))
    assert [(c.start, c.end) for c in found] == list(zip(edges, edges[2:], strict=False))
    assert found == change_points(series, 0.3, seed=seed)


@pytest.mark.parametrize("series", [[], [1.0], [1.0, 9.0], [1, 2, 3, 4, 5], [7.0] * 50])
def test_nothing_is_found_where_there_is_nothing(series) -> None:
    assert change_points(series) == ()


def test_a_step_without_noise_is_found() -> None:
    (change,) = change_points([1.0] * 10 + [2.0] * 10)
    assert (change.index, change.before, change.after) == (10, 1.0, 2.0)
    assert (change.low, change.high) == (1.0, 1.0)


def test_many_different_values_are_found_among_in_coarser_steps() -> None:
    series = noise(5, 400) + 1.5 * (np.arange(400) >= 250)
    (change,) = change_points(series)
    assert abs(change.index - 250) <= 3
