import pytest
from services import SERVICE, runs_of

from profkit.errors import UsageError
from profkit.gate.calibrate import calibrate

RUNS = runs_of(SERVICE, 6, seed=3)


def test_runs_of_one_version_hardly_ever_alarm():
    found = calibrate(RUNS, most=40)
    assert [size.runs for size in found.sizes] == [1, 2, 3]
    assert sum(size.regressions for size in found.sizes) <= 1
    assert found.sizes[0].smallest > found.sizes[2].smallest


def test_all_ways_are_tried_where_they_are_few():
    sizes = calibrate(RUNS, most=30).sizes
    assert [(size.splits, size.all_splits) for size in sizes] == [
        (30, True),
        (30, False),
        (20, True),
    ]


def test_is_the_same_each_time():
    assert calibrate(RUNS, most=10, seed=5) == calibrate(RUNS, most=10, seed=5)


def test_one_run_is_refused():
    with pytest.raises(UsageError, match="cannot be split"):
        calibrate(RUNS[:1])
