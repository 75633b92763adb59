"""What the history keeps of a recording: totals, and what matters; nothing is lost in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from building import profile_of
from hypothesis import given
from strategies import profiles

import profkit
from profkit.errors import EmptyInputError
from profkit.history.measuring import LEAST_SHARE, costs_of, duration_of, measure, time_of
from profkit.history.store import LEVELS, OTHERS, Group
from profkit.profile import COUNT, NANOSECONDS, Kind, ValueType
from profkit.views.ranking import RankingOptions, rank

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = (
    "node/22.23.3/auth-api-logger.cpuprofile.gz",
    "node/22.23.3/auth-api-logger.v8.log.gz",
    "py-spy/0.4.3/py-web-logger.speedscope.json.gz",
)
LOG = ("log", "/srv/api/log.js", 10, 1, Kind.JS, "(app)")
MOVED = ("log", "/srv/api/log.js", 99, 1, Kind.JS, "(app)")
SEND = ("send", "/srv/api/node_modules/send/index.js", 1, 1, Kind.JS, "send")
IDLE = ("(idle)", "", -1, -1, Kind.IDLE)


def by_name(costs, level="function"):
    return {
        cost.group.name: (cost.self_value, cost.total)
        for cost in costs
        if cost.group.level == level
    }


@given(profiles())
def test_self_values_sum_up_to_the_total(profile) -> None:
    try:
        total, costs = costs_of(profile, 0, 3)
    except EmptyInputError:
        assert profile.self_values(include_idle=False).sum() <= 0
        return
    assert total == 3 * profile.self_values(include_idle=False).sum()
    for level in LEVELS:
        assert sum(cost.self_value for cost in costs if cost.group.level == level) == total


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("by", ["package", "category"])
def test_packages_and_categories_cost_what_a_ranking_says(file, by) -> None:
    profile = profkit.load(SAMPLES / file)
    ranking = rank(profile, RankingOptions(by))
    ranked = {
        profkit.group_name(ranking.profile, by, group): (own, total)
        for group, own, total in zip(
            ranking.group.tolist(),
            ranking.self_values.tolist(),
            ranking.total_values.tolist(),
            strict=True,
        )
    }
    total, costs = costs_of(profile, 0, 1)
    kept = by_name(costs, by)
    kept.pop(OTHERS, None)
    assert kept == {
        name: figures for name, figures in ranked.items() if max(figures) >= LEAST_SHARE * total
    }


def test_lines_are_no_part_of_a_function() -> None:
    profile = profile_of(([LOG], 5), ([MOVED, LOG], 7), ([SEND, MOVED], 1))
    _, costs = costs_of(profile, 0, 1)
    assert by_name(costs) == {"log": (13, 13), "send": (0, 1)}


def test_what_is_small_is_summed_up_unless_it_is_known() -> None:
    profile = profile_of(([SEND], 9999), ([LOG], 1))
    _, costs = costs_of(profile, 0, 1)
    assert by_name(costs) == {"send": (9999, 9999), OTHERS: (1, 1)}
    known = [Group("function", "log", "/srv/api/log.js", "(app)", "js")]
    _, costs = costs_of(profile, 0, 1, known)
    assert by_name(costs) == {"send": (9999, 9999), "log": (1, 1)}


def test_a_function_meets_itself_in_another_checkout() -> None:
    elsewhere = ("log", "/builds/7/api/log.js", 10, 1, Kind.JS, "(app)")
    (known,) = (
        cost.group
        for cost in costs_of(profile_of(([LOG], 5)), 0, 1)[1]
        if cost.group.level == "function"
    )
    _, costs = costs_of(profile_of(([elsewhere], 5)), 0, 1, [known])
    assert [cost.group for cost in costs if cost.group.level == "function"] == [known]


def test_idle_time_counts_nothing() -> None:
    profile = profile_of(([IDLE], 90), ([LOG], 10))
    total, costs = costs_of(profile, 0, 1)
    assert total == 10
    assert by_name(costs) == {"log": (10, 10)}
    with pytest.raises(EmptyInputError, match="nothing but idle"):
        costs_of(profile_of(([IDLE], 90)), 0, 1)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (FILES[0], (0, 1, ValueType("cpu", NANOSECONDS))),
        (FILES[1], (0, 1_000_000, ValueType("time", NANOSECONDS))),
        (FILES[2], (0, 1, ValueType("time", NANOSECONDS))),
        ("py-spy/0.4.3/py-web-logger.raw.txt.gz", (0, 1, ValueType("samples", COUNT))),
    ],
)
def test_counts_are_times_where_the_interval_is_known(file, expected) -> None:
    assert time_of(profkit.load(SAMPLES / file)) == expected


def test_a_value_may_be_chosen() -> None:
    profile = profkit.load(SAMPLES / FILES[0])
    assert time_of(profile, 1) == (1, 1_111_000, ValueType("time", NANOSECONDS))


def test_a_run_knows_what_it_is_of() -> None:
    profile = profkit.load(SAMPLES / FILES[0])
    run = measure(profile, operations=12, machine="ci\ud800").run
    assert (run.samples, run.total, run.duration) == (4865, 5281086183, 6553512000)
    assert (run.operations, run.machine) == (12, "ci\\ud800")
    assert duration_of(profile_of(([LOG], 5))) is None
