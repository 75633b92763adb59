"""Merging against a canonical form: each thread's samples as plain tuples of names and values."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from building import profile_of
from hypothesis import given
from strategies import profiles

from profkit.errors import InputError
from profkit.profile import (
    ABSENT,
    COUNT,
    Action,
    Library,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    merge,
    thread_name,
    validate,
)
from profkit.transforms.steps import Step, apply

SMALL = profiles(max_functions=4, max_stacks=6, max_depth=5, max_threads=2)


def described_function(profile, function):
    table = profile.functions
    return (
        profile.text(table.name[function]),
        profile.text(table.file[function]),
        int(table.line[function]),
        int(table.column[function]),
        int(table.kind[function]),
        profile.text(table.package[function]),
    )


def described_frame(profile, frame):
    table = profile.frames
    library = int(table.library[frame])
    return (
        described_function(profile, int(table.function[frame])),
        int(table.line[frame]),
        int(table.column[frame]),
        int(table.address[frame]),
        profile.libraries[library] if library != ABSENT else None,
        int(table.tier[frame]),
        profile.text(table.tag[frame]),
    )


def described_stack(profile, node):
    stack = []
    while node != ABSENT:
        stack.append(described_frame(profile, int(profile.tree.frame[node])))
        node = int(profile.tree.parent[node])
    return tuple(reversed(stack))


def described_thread(profile, thread):
    samples = Counter()
    for row in range(len(thread.samples)):
        measured = thread.samples.values[row].tolist()
        samples[
            described_stack(profile, int(thread.samples.node[row])),
            # A value type that a file does not have counts 0, so a 0 says as much as none.
            frozenset((vt, v) for vt, v in zip(profile.value_types, measured, strict=True) if v),
            None if thread.samples.time is None else int(thread.samples.time[row]),
            None if thread.samples.state is None else int(thread.samples.state[row]),
        ] += 1
    key = (thread.name, thread.process_id, thread.thread_id, thread.process_name)
    return key, frozenset(samples.items())


def canonical(profile):
    """Everything a profile says, but for the order of its rows."""
    return (
        Counter(described_thread(profile, thread) for thread in profile.threads),
        Counter(described_stack(profile, node) for node in range(len(profile.tree))),
        Counter(described_function(profile, number) for number in range(len(profile.functions))),
        Counter(described_frame(profile, number) for number in range(len(profile.frames))),
        set(profile.value_types),
        Counter({(e.action, e.unit, e.cause): e.count for e in profile.ledger.entries}),
    )


@given(SMALL, SMALL)
def test_merge_holds_the_samples_of_both_and_each_row_once(one, other):
    merged = validate(merge([one, other]))

    threads, stacks, functions, frames, value_types, _ = canonical(merged)
    threads_one, stacks_one, functions_one, frames_one, types_one, _ = canonical(one)
    threads_other, stacks_other, functions_other, frames_other, types_other, _ = canonical(other)
    assert threads == threads_one + threads_other
    assert value_types == types_one | types_other
    assert stacks == Counter(set(stacks_one) | set(stacks_other))
    assert functions == Counter(set(functions_one) | set(functions_other))
    assert frames == Counter(set(frames_one) | set(frames_other))
    assert len(set(merged.strings)) == len(merged.strings)


@given(SMALL, SMALL)
def test_merge_keeps_the_sum_of_every_value_type(one, other):
    def sums(profile):
        return Counter(
            {vt: int(profile.self_values(n).sum()) for n, vt in enumerate(profile.value_types)}
        )

    expected = sums(one)
    expected.update(sums(other))
    assert sums(merge([one, other])) == expected


@given(SMALL, SMALL)
def test_merge_is_commutative_up_to_order(one, other):
    assert canonical(merge([one, other])) == canonical(merge([other, one]))


@given(SMALL, SMALL, SMALL)
def test_merge_is_associative_up_to_order(one, two, three):
    at_once = canonical(merge([one, two, three]))
    assert canonical(merge([merge([one, two]), three])) == at_once
    assert canonical(merge([one, merge([two, three])])) == at_once


@given(SMALL)
def test_merging_with_a_profile_of_nothing_changes_nothing(profile):
    tree, _ = StackTree.from_stacks(np.zeros(0, np.int64), np.zeros(0, np.int32))
    nothing = ProfileBuilder().finish(Meta("none"), profile.value_types, tree, ())
    assert canonical(merge([profile, nothing])) == canonical(profile)
    assert canonical(merge([nothing, profile])) == canonical(profile)


@given(SMALL)
def test_a_profile_merged_with_itself_counts_double_in_the_same_tree(profile):
    merged = merge([profile, profile])
    assert canonical(merged)[1:5] == canonical(profile)[1:5]
    for number in range(len(profile.value_types)):
        assert int(merged.self_values(number).sum()) == 2 * int(profile.self_values(number).sum())


def single(name="f", value=1, *, address=ABSENT, library=None, tag="", meta=None):
    """Return a profile of one sample in one frame."""
    builder = ProfileBuilder()
    if library:
        builder.libraries.append(library)
    number = 0 if library else ABSENT
    builder.frame(builder.function(name), address=address, library=number, tag=tag)
    tree, leaf = StackTree.from_stacks(np.array([1]), np.array([0]))
    samples = SampleTable(leaf, np.array([[value]]))
    value_types = (ValueType("samples", COUNT),)
    return builder.finish(meta or Meta("x"), value_types, tree, [Thread("main", samples)])


def test_merge_of_one_is_that_one():
    profile = single()
    assert merge([profile]) is profile


def test_merge_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no profile to merge"):
        merge([])


def test_native_frames_keep_address_library_and_tag():
    libc = Library("/usr/lib/libc.so.6", 0x7F0000000000, 0x7F0000200000)
    other = Library("/usr/lib/libm.so.6", 0x7E0000000000, 0x7E0000100000)
    profiles_given = [
        single(address=0x7F0000001234, library=libc, tag="read@plt"),
        single(address=0x7E0000001234, library=other),
        single(address=0x7F0000001234, library=libc, tag="read@plt"),
        single(),
    ]

    merged = validate(merge(profiles_given))

    assert merged.libraries == (libc, other)
    found = [described_frame(merged, number) for number in range(len(merged.frames))]
    assert found == [described_frame(p, 0) for p in (*profiles_given[:2], profiles_given[3])]


def test_sums_beyond_64_bits_are_refused_not_wrapped():
    large = [single(name, 2**61, meta=Meta("x", source=f"{name}.folded")) for name in "abc"]
    with pytest.raises(InputError, match="too large to be summed"):
        merge(large)
    assert merge(large[:1]).self_values().sum() == 2**61


def test_meta_joins_what_the_files_say():
    one = Meta("folded", "a.folded", "py-spy", 100, 900, 10, (("command", "x"),))
    two = Meta("folded", "b.folded", "py-spy", 50, None, 10, (("command", "x"), ("pid", "7")))
    merged = merge([single(meta=one), single(meta=two)]).meta
    assert merged == Meta(
        "folded", "a.folded, b.folded", "py-spy", 50, 900, 10, (("command", "x"), ("pid", "7"))
    )
    assert merge([single(meta=one), single(meta=Meta("x", interval=7))]).meta.interval is None


def test_what_files_say_differently_is_told_apart():
    one = single(meta=Meta("x", "a.json", facts=(("name", "a run"), ("pid", "7"))))
    two = single(meta=Meta("x", "b.json", facts=(("name", "another"), ("pid", "7"))))
    of_one, of_two = (f"name, {thread_name(p.threads[0])}" for p in (one, two))
    expected = ((of_one, "a run"), ("pid", "7"), (of_two, "another"))
    assert merge([one, two]).meta.facts == expected
    none = one.replace(threads=())
    assert merge([none, two]).meta.facts[0] == ("name, a.json", "a run")


def test_the_ledgers_are_added():
    builder = ProfileBuilder()
    builder.ledger.add(Action.DROPPED, "frames", "unknown address", 3, "line 17")
    tree, _ = StackTree.from_stacks(np.zeros(0, np.int64), np.zeros(0, np.int32))
    dropping = builder.finish(Meta("x"), (ValueType("samples", COUNT),), tree, ())
    merged = merge([dropping, single(), dropping])
    assert merged.ledger.count(Action.DROPPED, "frames", "unknown address") == 6


def test_meta_names_nothing_twice_however_profiles_are_put_together():
    a, b = single(meta=Meta("folded", "a")), single(meta=Meta("v8log", "b"))
    once = merge([a, b]).meta
    assert once.source == "a, b"
    assert merge([merge([a, b]), b]).meta == merge([a, merge([b, b])]).meta == once


def test_what_is_left_of_a_profile_is_merged_as_all_of_it():
    one = profile_of(([("a",)], 1), ([("b",)], 2))
    left = apply(one, [Step("focus", "a")])
    both = merge([left, one])
    assert both.applied == ()
    assert both.extent.values == (4,)
    assert merge([left]) is left
