"""What a profile says of itself, against sums taken sample by sample."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from strategies import profiles

from profkit.profile import ABSENT, Kind, SampleTable, Thread, Tier


def naive_self(profile, value_type, *, include_idle=True):
    answer = [0] * len(profile.tree)
    for thread in profile.threads:
        for node, measured in zip(thread.samples.node, thread.samples.values, strict=True):
            function = profile.frames.function[profile.tree.frame[node]]
            if include_idle or profile.functions.kind[function] != Kind.IDLE:
                answer[node] += int(measured[value_type])
    return answer


@given(profiles(min_value=-(2**52), max_value=2**52))
def test_self_values_sum_the_samples_of_each_node(profile):
    for number in range(len(profile.value_types)):
        own = profile.self_values(number)
        assert own.dtype == np.int64
        assert not own.flags.writeable
        assert own.tolist() == naive_self(profile, number)
        without_idle = profile.self_values(number, include_idle=False)
        assert without_idle.tolist() == naive_self(profile, number, include_idle=False)


@given(profiles(min_value=-(2**52), max_value=2**52))
def test_self_samples_and_roots_have_one_sum(profile):
    for number in range(len(profile.value_types)):
        own = profile.self_values(number)
        in_samples = sum(
            int(value) for thread in profile.threads for value in thread.samples.values[:, number]
        )
        totals = profile.tree.totals(own)
        in_roots = sum(int(t) for t in totals[profile.tree.parent == ABSENT])
        assert int(own.sum()) == in_samples == in_roots


@given(profiles())
def test_no_function_has_more_than_the_whole(profile):
    """Recursion is counted once, so a function's total is that of the samples it is seen in."""
    function = profile.function_of_node
    outermost = profile.tree.outermost(function)
    totals = profile.tree.totals(profile.self_values())

    def functions_on_stack(node):
        if node == ABSENT:
            return set()
        return {int(function[node]), *functions_on_stack(profile.tree.parent[node])}

    expected = [0] * len(profile.functions)
    for thread in profile.threads:
        for node, measured in zip(thread.samples.node, thread.samples.values, strict=True):
            for number in functions_on_stack(node):
                expected[number] += int(measured[0])
    for number in range(len(profile.functions)):
        assert int(totals[outermost & (function == number)].sum()) == expected[number]
        assert expected[number] <= int(profile.self_values().sum())


@given(profiles())
def test_each_node_has_the_function_and_kind_of_its_frame(profile):
    for node, frame in enumerate(profile.tree.frame):
        assert profile.function_of_node[node] == profile.frames.function[frame]
        kind = profile.functions.kind[profile.frames.function[frame]]
        assert profile.kind_of_node[node] == kind
    assert profile.sample_count == sum(len(t.samples.node) for t in profile.threads)


@given(profiles())
def test_text_of_no_string_is_empty(profile):
    assert profile.text(ABSENT) == ""
    assert [profile.text(n) for n in range(len(profile.strings))] == list(profile.strings)


def test_one_value_a_sample_may_be_given_as_a_plain_column():
    samples = SampleTable(np.array([0, 0]), np.array([3, 4]))
    assert samples.values.tolist() == [[3], [4]]
    assert not samples.values.flags.writeable


def test_a_thread_s_ids_are_absent_unless_given():
    thread = Thread("main", SampleTable(np.array([0]), np.array([3])))
    assert (thread.process_id, thread.thread_id, thread.process_name) == (ABSENT, ABSENT, "")


def test_a_profile_cannot_be_changed_in_place():
    samples = SampleTable(np.array([0]), np.array([3]), np.array([1]), np.array([2]))
    with pytest.raises(dataclasses.FrozenInstanceError):
        samples.node = None
    for column in (samples.node, samples.values, samples.time, samples.state):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 9


def test_kinds_and_tiers_are_shown_by_words_and_marks():
    assert Kind.BYTECODE_HANDLER.label == "bytecode-handler"
    assert Kind.SHARED_LIBRARY.label == "shared-library"
    assert [tier.mark for tier in Tier] == ["", "~", "^", "+", "*"]
