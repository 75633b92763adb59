"""Columns: fixed dtypes, read-only, and the two operations that tables share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.profile import columns as columns_module
from profkit.profile.columns import (
    concat,
    indexes,
    look_up,
    ragged,
    states,
    unique_rows,
    values,
)

MAKERS = [(indexes, np.int32), (values, np.int64), (states, np.int8)]


@pytest.mark.parametrize(("make", "dtype"), MAKERS)
def test_a_column_has_its_type_and_is_read_only(make, dtype):
    for source in ([1, 2, -1], (), np.array([1, 2], np.int16), range(3)):
        column = make(source)
        assert column.dtype == dtype
        assert column.tolist() == list(source)
        with pytest.raises(ValueError, match="read-only"):
            column[:1] = 0


@pytest.mark.parametrize(("make", "dtype"), MAKERS)
def test_a_column_is_a_view_that_leaves_the_array_writable(make, dtype):
    array = np.array([1, 2, 3], dtype)
    column = make(array)
    array[0] = 7
    assert column.tolist() == [7, 2, 3]


@pytest.mark.parametrize(("make", "dtype"), MAKERS)
def test_a_number_that_does_not_fit_is_refused_not_wrapped(make, dtype):
    limits = np.iinfo(dtype)
    assert make([limits.min, limits.max]).tolist() == [limits.min, limits.max]
    for number in (limits.max + 1, limits.min - 1):
        with pytest.raises(OverflowError):
            make([number])
    with pytest.raises(OverflowError):
        make(np.array([2**64 - 1], np.uint64))
    with pytest.raises(OverflowError):
        make([0.5])


def test_concat_of_nothing_is_an_empty_column():
    assert concat([], np.int32).dtype == np.int32
    joined = concat([np.array([1], np.int32), np.array([2, 3], np.int32)], np.int64)
    assert joined.dtype == np.int64
    assert joined.tolist() == [1, 2, 3]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 5))))
def test_ragged_counts_up_from_each_start(rows):
    starts = np.array([start for start, _ in rows], np.int64)
    counts = np.array([count for _, count in rows], np.int64)
    expected = [start + step for start, count in rows for step in range(count)]
    assert ragged(starts, counts).tolist() == expected


@given(st.integers(1, 3), st.data())
def test_unique_rows_finds_first_places_in_order(width, data):
    row = st.tuples(*[st.integers(-1, 2)] * width)
    rows = data.draw(st.lists(row, max_size=30))
    columns = np.array(rows, np.int32).reshape(-1, width).T

    first, row_of = unique_rows(*columns)

    distinct = list(dict.fromkeys(rows))
    assert [rows[place] for place in first] == distinct
    assert first.tolist() == [rows.index(r) for r in distinct]
    assert row_of.tolist() == [distinct.index(r) for r in rows]


def test_columns_of_a_matrix_are_each_in_one_piece():
    matrix = values([[1, 2], [3, 4], [5, 6]])
    assert matrix.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert matrix[:, 1].flags.c_contiguous
    assert np.shares_memory(values(matrix), matrix)  # which are not copied again


def test_rows_are_looked_up_in_place_across_blocks(monkeypatch):
    monkeypatch.setattr(columns_module, "BLOCK", 3)
    rows = np.array([11, 10, 12, 12, 10, 11, 10], np.int32)
    look_up(np.array([5, 6, -1], np.int32), rows, low=10)
    assert rows.tolist() == [6, 5, -1, -1, 5, 6, 5]
