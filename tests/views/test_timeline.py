"""Timelines: activity adds up, stretches are those of a naive walk, and formats without times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import oracle
import pytest
from building import profile_of
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import NANOSECONDS, Kind, SampleTable, Thread, ValueType, VmState
from profkit.profile import function_name as name_of
from profkit.views.activity import Activity, activities, longest_gap, spans
from profkit.views.stretches import longest_stretches
from profkit.views.timeline import TimelineOptions, timeline

READ = ("onRead", "server.js", 1, 1, Kind.JS, "(app)")
WORK = ("work", "server.js", 9, 1, Kind.JS, "(app)")
TIMER = ("processTimers", "node:internal/timers", 1, 1, Kind.JS, "node:")
TICKS = ("processTicksAndRejections", "node:internal/process/task_queues", 1, 1, Kind.JS, "node:")
IDLE = ("(idle)", "", -1, -1, Kind.IDLE)
PROGRAM = ("(program)", "", -1, -1, Kind.PROGRAM)
GC = ("(garbage collector)", "", -1, -1, Kind.GC)
MS = 1_000_000
GAP = 10 * MS


def _timed(*rows, states=None):
    """Make a profile of rows ``(milliseconds, stack)``."""
    profile = profile_of(*((stack, 1) for _, stack in rows))
    (thread,) = profile.threads
    samples = SampleTable(
        thread.samples.node,
        thread.samples.values,
        np.array([moment * MS for moment, _ in rows], np.int64),
        None if states is None else np.array(states, np.int8),
    )
    return profile.replace(threads=(Thread("main", samples),))


def _stretches(profile):
    """Return (begin, length, samples) of all stretches in milliseconds, by their begin."""
    found = timeline(profile, TimelineOptions(gap=GAP)).stretches
    rows = zip(found.start, found.end - found.start, found.samples, strict=True)
    return sorted((int(a) // MS, int(b) // MS, int(n)) for a, b, n in rows)


@given(profiles(times=True), st.integers(1, 20), st.sampled_from((1, 10**6, 10**9)))
def test_activity_is_cut_into_buckets_without_loss(profile, buckets, gap) -> None:
    view = timeline(profile, TimelineOptions(buckets=buckets, gap=gap))
    assert len(view.edges) == buckets + 1
    for row, number in enumerate(view.threads.tolist()):
        thread = profile.threads[number]
        kinds = activities(profile, thread.samples)
        expected = np.zeros((len(Activity), buckets), np.int64)
        for kind, (start, end) in zip(kinds, oracle.spans(profile, thread, gap), strict=True):
            for n in range(buckets):
                inside = min(end, view.edges[n + 1]) - max(start, view.edges[n])
                expected[kind, n] += max(inside, 0)
        assert (view.activity[row] == expected).all()
    assert view.total == sum(
        end - start
        for thread in profile.threads
        for start, end in oracle.spans(profile, thread, gap)
    )


@given(profiles(times=True), st.sampled_from((1, 10**6, 10**9)))
def test_stretches_equal_those_of_a_naive_walk(profile, gap) -> None:
    for number, thread in enumerate(profile.threads):
        kinds = [Activity(kind).label for kind in activities(profile, thread.samples)]
        expected = oracle.stretches(profile, thread, gap, kinds)
        places = oracle.spans(profile, thread, gap)
        found = longest_stretches(profile, [number], gap=gap, limit=None)
        assert found.found == len(expected) == len(found)
        rows = zip(found.start.tolist(), found.end.tolist(), found.samples.tolist(), strict=True)
        assert sorted(rows) == sorted(
            (places[first][0], places[last][1], last - first + 1) for first, last in expected
        )
        lengths = (found.end - found.start).tolist()
        assert lengths == sorted(lengths, reverse=True)


@given(profiles(times=True))
def test_a_stretch_has_its_heaviest_stack(profile) -> None:
    found = longest_stretches(
        profile, range(len(profile.threads)), gap=longest_gap(profile), limit=3
    )
    for row, stack in enumerate(found.stacks):
        spent = [total for _, total in stack]
        assert spent == sorted(spent, reverse=True)
        assert all(total <= found.end[row] - found.start[row] for total in spent)


def test_idle_and_the_loop_itself_end_a_stretch() -> None:
    rows = [(0, [READ]), (1, [READ, WORK]), (2, [IDLE]), (3, [READ]), (4, [PROGRAM]), (5, [READ])]
    assert _stretches(_timed(*rows)) == [(0, 2, 2), (3, 1, 1), (5, 1, 1)]


def test_a_gap_ends_a_stretch() -> None:
    rows = [(moment, [READ]) for moment in (0, 1, 2, 3, 30)]
    assert _stretches(_timed(*rows)) == [(0, 4, 4), (30, 1, 1)]


def test_another_callback_ends_a_stretch_but_what_belongs_to_it_does_not() -> None:
    rows = [(0, [READ]), (1, [TICKS, WORK]), (2, [TICKS]), (3, [TIMER]), (4, [GC]), (5, [TIMER])]
    assert _stretches(_timed(*rows)) == [(0, 3, 3), (3, 3, 3)]


def test_without_javascript_only_idle_and_gaps_do() -> None:
    python = ("run", "app.py", 1, 1, Kind.PYTHON, "(app)")
    other = ("serve", "app.py", 9, 1, Kind.PYTHON, "(app)")
    native = ("poll", "", -1, -1, Kind.NATIVE)
    assert _stretches(_timed((0, [python]), (1, [other]), (2, [native]), (3, [python]))) == [
        (0, 4, 4)
    ]


def test_a_state_says_what_a_stack_does_not() -> None:
    states = [VmState.JS, VmState.GC, VmState.IDLE, VmState.EXTERNAL]
    profile = _timed((0, [READ]), (1, [READ]), (2, [READ]), (3, [READ]), states=states)
    view = timeline(profile, TimelineOptions(buckets=1, gap=GAP))
    assert (view.activity[0, :, 0] // MS).tolist() == [2, 0, 1, 1]
    assert _stretches(profile) == [(0, 2, 2), (3, 1, 1)]


def test_a_tick_after_waiting_stands_for_the_waiting() -> None:
    native = ("libc.so.6", "", -1, -1, Kind.SHARED_LIBRARY)
    rows = [(0, [READ]), (1, [READ]), (40, [native]), (41, [READ]), (80, [native]), (81, [READ])]
    states = [VmState.JS, VmState.JS, VmState.IDLE, VmState.JS, VmState.EXTERNAL, VmState.JS]
    profile = _timed(*rows, states=states)
    profile = profile.replace(meta=replace(profile.meta, interval=MS))
    view = timeline(profile, TimelineOptions(buckets=1, gap=GAP))
    assert (view.activity[0, :, 0] // MS).tolist() == [4, 0, 0, 78]
    assert _stretches(profile) == [(0, 2, 2), (41, 1, 1), (81, 1, 1)]


def test_a_value_in_nanoseconds_says_how_long_a_sample_lasts() -> None:
    profile = profile_of(
        ([WORK], 3 * MS), ([READ], 90 * MS), value_type=ValueType("time", NANOSECONDS)
    )
    samples = profile.threads[0].samples
    timed = SampleTable(samples.node, samples.values, np.array([0, 5 * MS]))
    profile = profile.replace(threads=(Thread("main", timed),))
    start, end = spans(profile, timed, GAP)
    assert start.tolist() == [0, 5 * MS]
    assert end.tolist() == [3 * MS, 95 * MS]


def test_native_code_is_the_loop_only_outside_of_v8() -> None:
    native = ("node", "", -1, -1, Kind.NATIVE)
    rows = [(0, [READ]), (1, [native]), (2, [READ]), (3, [native]), (4, [READ])]
    states = [VmState.JS, VmState.OTHER, VmState.JS, VmState.EXTERNAL, VmState.JS]
    assert _stretches(_timed(*rows, states=states)) == [(0, 3, 3), (4, 1, 1)]


def test_a_stack_that_was_not_walked_is_no_turn_of_the_loop() -> None:
    deep = [READ, WORK, WORK]
    rows = [(0, deep), (1, [PROGRAM]), (2, [*deep, TIMER]), (3, [PROGRAM]), (4, [PROGRAM])]
    assert _stretches(_timed(*rows, (5, deep))) == [(0, 3, 3), (5, 1, 1)]


def test_the_root_of_a_very_deep_stack_is_not_known() -> None:
    rows = [(0, [READ]), (1, [WORK, *[READ, WORK] * 127]), (2, [READ]), (3, [WORK])]
    assert _stretches(_timed(*rows)) == [(0, 3, 3), (3, 1, 1)]


def test_the_heaviest_stack_goes_down_to_where_the_time_was_spent() -> None:
    profile = _timed((0, [READ]), (1, [READ, WORK]), (3, [READ, WORK]), (5, [READ, READ]))
    (stack,) = timeline(profile, TimelineOptions(gap=GAP)).stretches.stacks
    assert [name_of(profile, function) for function, _ in stack] == ["onRead", "work"]
    assert [total // MS for _, total in stack] == [7, 4]


@given(profiles(times=False))
def test_without_times_there_is_no_timeline(profile) -> None:
    assume(profile.sample_count)
    with pytest.raises(UsageError, match="its samples have no times"):
        timeline(profile)


def test_a_profile_without_samples_has_an_empty_one() -> None:
    view = timeline(profile_of().replace(threads=()))
    assert (view.total, len(view.threads), view.stretches.found) == (0, 0, 0)


@pytest.mark.parametrize(("buckets", "gap"), [(0, None), (4, 0)])
def test_a_senseless_wish_is_refused(buckets, gap) -> None:
    with pytest.raises(UsageError):
        TimelineOptions(buckets=buckets, gap=gap)
