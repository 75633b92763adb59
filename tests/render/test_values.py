"""Values as people read them."""

from __future__ import annotations

import pytest

from profkit.profile import COUNT, NANOSECONDS, ValueType
from profkit.render.values import count, duration, percent, scale_of, share, shown_of

CPU = ValueType("cpu", NANOSECONDS)


@pytest.mark.parametrize(
    ("value_type", "total", "value", "expected"),
    [
        (CPU, 150_000_000_000, 1_234_567_890_123, "1,234.57 s"),
        (CPU, 99_000_000_000, 1_234_567_890, "1,234.6 ms"),
        (CPU, 9_000_000, 1_234_567, "1,234.6 µs"),
        (CPU, 0, 0, "0.0 µs"),
        (CPU, -99_000_000_000, -1_500_000, "-1.5 ms"),
        (ValueType("ticks", COUNT), 10_000, 5_849, "5,849 ticks"),
        (ValueType("allocated", "bytes"), 10**9, 1_048_576, "1,048,576 bytes"),
    ],
)
def test_a_scale_suits_the_total(value_type, total, value, expected) -> None:
    assert scale_of(value_type, total).with_label(value) == expected


@pytest.mark.parametrize(
    ("value", "total", "expected"),
    [
        (1, 3, "33.3"),
        (3, 3, "100.0"),
        (0, 3, "0.0"),
        (0, 0, "-"),
        (-1, 8, "-12.5"),
        (-1, 10**6, "0.0"),
    ],
)
def test_a_share_has_one_decimal(value, total, expected) -> None:
    assert share(value, total) == expected
    assert percent(value, total) == f"{expected} %"


def test_nouns_agree_with_their_number() -> None:
    assert count(1, "box", "boxes") == "1 box"
    assert count(1234, "box", "boxes") == "1,234 boxes"
    assert count(0, "thread") == "0 threads"


def test_what_is_shown_of_what_exists() -> None:
    assert shown_of(12, 1234, "function") == "12 of 1,234 functions shown"
    assert shown_of(2, 2, "box", "boxes") == "all 2 boxes shown"
    assert shown_of(1, 1, "root") == "1 root shown"
    assert shown_of(0, 0, "root") == "0 roots shown"


@pytest.mark.parametrize(
    ("nanoseconds", "expected"),
    [
        (63_204_000_000, "63.20 s"),
        (1_000_000, "1.0 ms"),
        (850_000, "850.0 µs"),
        (12, "12 ns"),
        (0, "0 ns"),
    ],
)
def test_a_duration_takes_the_unit_that_suits_it(nanoseconds, expected) -> None:
    assert duration(nanoseconds) == expected
