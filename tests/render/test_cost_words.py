"""Costs in the words of reports."""

from __future__ import annotations

import math

import pytest

from profkit.render.costs import cost, growth, interval


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12_345.0, "ns/op", "12.3 µs/op"),
        (1_234_567.0, "ns/op", "1.23 ms/op"),
        (2.5e9, "ns/s", "2.50 s/s"),
        (17.0, "ns", "17.0 ns"),
        (0.0, "ns/op", "0.00 ns/op"),
        (0.031, "share", "3.10 %"),
        (0.5, "share", "50.0 %"),
        (0.05, "change", "+5.00 %"),
        (12_345.6, "samples/op", "12,346 samples/op"),
        (math.nan, "share", "nan %"),
    ],
)
def test_a_cost_has_its_unit_and_three_digits(value, unit, text) -> None:
    assert cost(value, unit) == text


def test_both_ends_of_an_interval_have_one_unit() -> None:
    assert interval(-500.0, 5_500.0, "ns/op", signed=True) == "-0.50 to +5.50 µs/op"
    assert interval(0.1, 0.2, "share") == "10.0 to 20.0 %"


def test_nothing_has_no_sign() -> None:
    assert interval(-0.001, 0.001, "bytes", signed=True) == "0.00 to 0.00 bytes"


@pytest.mark.parametrize(
    ("ratio", "text"), [(1.352, "+35.2 %"), (0.5, "-50.0 %"), (1.0, "0.00 %"), (math.inf, "new")]
)
def test_growth_is_in_percent(ratio, text) -> None:
    assert growth(ratio) == text
