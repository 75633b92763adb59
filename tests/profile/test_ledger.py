"""The ledger: sums by cause, and the first place of each."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from profkit.profile import Action, Entry, LedgerBook

rows = st.lists(
    st.tuples(
        st.sampled_from(Action),
        st.sampled_from(("lines", "ticks")),
        st.sampled_from(("", "unknown address", "overflow")),
        st.integers(0, 9),
        st.sampled_from(("", "line 17", "line 18")),
    )
)


def written(some_rows):
    book = LedgerBook()
    for row in some_rows:
        book.add(*row)
    return book.close()


@given(rows)
def test_entries_sum_counts_by_cause_in_order_of_first_occurrence(some_rows):
    expected = Counter()
    for action, unit, cause, count, _ in some_rows:
        if count:
            expected[action, unit, cause] += count
    ledger = written(some_rows)
    assert [((e.action, e.unit, e.cause), e.count) for e in ledger.entries] == list(
        expected.items()
    )


@given(rows)
def test_the_example_is_the_first_that_was_given(some_rows):
    for entry in written(some_rows).entries:
        examples = (
            example
            for *key, count, example in some_rows
            if count and example and key == [entry.action, entry.unit, entry.cause]
        )
        assert entry.example == next(examples, "")


@given(rows)
def test_count_narrows_by_unit_and_cause(some_rows):
    ledger = written(some_rows)

    def summed(*wanted):
        return sum(row[3] for row in some_rows if row[: len(wanted)] == wanted)

    for action in Action:
        assert ledger.count(action) == summed(action)
        assert ledger.count(action, "ticks") == summed(action, "ticks")
        assert ledger.count(action, "ticks", "overflow") == summed(action, "ticks", "overflow")
        assert ledger.count(action, cause="overflow") == sum(
            count for a, _, cause, count, _ in some_rows if (a, cause) == (action, "overflow")
        )


@given(rows, rows)
def test_merged_says_what_one_book_of_both_would(one, other):
    assert written(one).merged(written(other)) == written(one + other)


def test_what_is_added_without_a_number_is_one():
    book = LedgerBook()
    book.add(Action.DROPPED, "frames", "unknown address")
    assert book.close().count(Action.DROPPED) == 1


def test_losses_are_what_was_repaired_or_dropped():
    ledger = written((action, "ticks", "why", 1, "") for action in Action)
    assert ledger.losses == (
        Entry(Action.REPAIRED, "ticks", "why", 1),
        Entry(Action.DROPPED, "ticks", "why", 1),
    )
