"""What the check is compared with is done as textbooks have it."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

GATE = Path(__file__).parents[2] / "benchmarks/gate"
if not GATE.is_dir():
    pytest.skip("the source distribution has no benchmarks", allow_module_level=True)
sys.path.append(str(GATE))

from plain_methods import METHODS, Sides, adjusted, binomial, points, relative, welch  # noqa: E402
from quantiles import below, draw  # noqa: E402
from trials import Culprit, Draw, drawn, in_a_row, naive_finder, tally  # noqa: E402


def sides_of(base, candidate, hits=1000):
    base, candidate = np.array(base), np.array(candidate)
    return Sides(base, candidate, np.full(len(base), hits), np.full(len(candidate), hits))


def test_binomial_is_the_chance_of_as_many_hits_or_more():
    p = binomial(sides_of([[4, 0]], [[9, 0]]))
    assert p[0] == pytest.approx(sum(math.comb(13, k) for k in range(9, 14)) / 2**13)
    assert p[1] == 1


def test_binomial_knows_that_one_side_has_more_hits():
    sides = Sides(np.array([[10]]), np.array([[20]]), np.array([1000]), np.array([2000]))
    assert binomial(sides)[0] == pytest.approx(0.58, abs=0.02)


def test_welch_on_a_worked_example():
    # Both sides scatter alike: 2 degrees of freedom, for which Student's t has a closed form.
    p = welch(sides_of([[100], [120]], [[200], [220]]))
    t = 0.1 / math.sqrt(0.0002)
    assert p[0] == pytest.approx((1 - t / math.sqrt(2 + t**2)) / 2)


def test_welch_finds_nothing_with_one_run_or_without_scatter():
    assert welch(sides_of([[10]], [[900]])).tolist() == [1]
    assert welch(sides_of([[10], [10]], [[10], [10]])).tolist() == [1]


def test_welch_is_uniform_where_nothing_has_changed():
    chance = np.random.default_rng(1)
    hits = chance.normal(300, 20, (16, 20_000))
    p = welch(sides_of(hits[:8], hits[8:]))
    assert below(p, (0.01, 0.05, 0.5)) == pytest.approx([0.01, 0.05, 0.5], abs=0.006)


def test_thresholds():
    sides = sides_of([[100, 100, 5]], [[105, 112, 9]])
    assert points(sides).tolist() == [1, 0, 1]
    assert relative(sides_of([[100, 100, 5]], [[119, 121, 9]])).tolist() == [1, 0, 1]


def test_adjusting_as_benjamini_and_hochberg_do():
    assert adjusted(np.array([0.01, 0.04, 0.03, 0.5])) == pytest.approx(
        [0.04, 0.16 / 3, 0.16 / 3, 0.5]
    )


def test_adjusting_leaves_out_functions_without_hits():
    plain = METHODS["binomial, BH"](sides_of([[4, 10]], [[19, 10]]))
    padded = METHODS["binomial, BH"](sides_of([[4, 10, 0, 0]], [[19, 10, 0, 0]]))
    assert padded[:2].tolist() == plain.tolist()


@pytest.mark.parametrize("runs", [1, 3, 5])
def test_no_run_stands_on_both_sides(runs):
    pool = np.arange(10)
    draws = drawn(pool, pool, runs, 50, np.random.default_rng(2))
    assert len(draws) == 50
    for one in draws:
        both = np.concatenate([one.base, one.candidate])
        assert len(set(both.tolist())) == 2 * runs


def test_nothing_is_drawn_from_too_few_runs():
    few, many = np.arange(3), np.arange(10)
    chance = np.random.default_rng(2)
    assert drawn(few, few, 2, 5, chance) == drawn(many, few, 4, 5, chance) == []


def test_runs_in_a_row_follow_one_another():
    first, *_, last = in_a_row(np.arange(8), 3)
    assert (first.base.tolist(), first.candidate.tolist()) == ([0, 1, 2], [3, 4, 5])
    assert (last.base.tolist(), last.candidate.tolist()) == ([2, 3, 4], [5, 6, 7])


class Pool:
    functions = (("calm", "a.js"), ("slower", "b.js"), ("quicker", "c.js"))

    def sides(self, _draw):
        return sides_of([[100, 40, 200]], [[100, 90, 150]])


def test_a_tally_tells_the_culprit_from_others():
    draws = [Draw(np.array([0]), np.array([1]))] * 4
    find = naive_finder(METHODS["binomial"])
    told = tally(Pool(), draws, find, Culprit(frozenset({"slower"})))
    assert (told.draws, told.alarms, told.found, told.first, told.blamed) == (4, 4, 4, 4, 4)
    assert tally(Pool(), draws, find, Culprit(path="b.js")).found == 4
    assert tally(Pool(), draws, find, Culprit(frozenset({"calm"}))).found == 0


def test_a_picture_holds_each_line_and_escapes_names():
    picture = draw("a < b", {"one": np.linspace(0.001, 1, 99), "<two>": np.ones(3)})
    assert picture.count("<polyline") == 2
    assert "&lt;two&gt;" in picture
    assert "a &lt; b" in picture
