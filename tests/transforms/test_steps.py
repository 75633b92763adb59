"""Each step equals a naive one on every stack; what it leaves is valid, and is told exactly."""

from __future__ import annotations

from dataclasses import fields

import naive
import numpy as np
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, Kind, function_name, merge, validate
from profkit.transforms.steps import STEPS, Step, apply

PATTERNS = (
    "main",
    "run|handle",
    "name:^write$",
    "name:anonymous",
    "file:server",
    "file:.",
    "package:morgan",
    "package:app",
    "kind:^(gc|native)$",
    "morgan",
    "nosuch",
    ".",
)
BY_PATTERN = {
    "focus": naive.focus,
    "ignore": naive.ignore,
    "hide": naive.hide,
    "show": naive.show,
    "show-from": naive.show_from,
    "prune-from": naive.prune_from,
}
patterns = st.sampled_from(PATTERNS)
pattern_steps = st.builds(Step, st.sampled_from(tuple(BY_PATTERN)), patterns)
steps = (
    pattern_steps
    | st.builds(Step, st.just("collapse-package"), st.sampled_from(("morgan", "(app)", "(gc)")))
    | st.sampled_from((Step("mine"), Step("collapse-recursion")))
    | st.builds(Step, st.sampled_from(("from", "to")), st.sampled_from(("0", "40%", "5s", "100%")))
)


def asked(profile, *given):
    return validate(apply(profile, [Step(*pair) for pair in given]))


def kinds_of_groups(profile):
    """Return the kind of each group: that of its first function."""
    functions, answer = profile.functions, {}
    for kind, package in zip(functions.kind.tolist(), functions.package.tolist(), strict=True):
        name = profile.text(package) or f"({Kind(kind).label})"
        answer.setdefault(name, Kind(kind))
    return answer


def assert_stacks(profile, before, transform):
    """Check that each sample of ``before`` has its new stack, or is gone where that is empty."""
    expected = [
        (thread, new, *rest) for thread, stack, *rest in before if (new := transform(stack))
    ]
    assert naive.samples(profile) == expected


@given(profiles(), st.sampled_from(tuple(BY_PATTERN)), patterns)
def test_a_filter_equals_the_naive_one(profile, name, text) -> None:
    found = asked(profile, (name, text))
    assert_stacks(found, naive.samples(profile), lambda stack: BY_PATTERN[name](stack, text))


@given(profiles())
def test_collapsed_recursion_equals_the_naive_one(profile) -> None:
    found = asked(profile, ("collapse-recursion",))
    assert_stacks(found, naive.samples(profile), naive.collapse_recursion)


@given(profiles(), st.sampled_from(("morgan", "(app)", "(gc)", "(js)", "nosuch")))
def test_a_collapsed_package_equals_the_naive_one(profile, name) -> None:
    kinds = kinds_of_groups(profile)
    found = asked(profile, ("collapse-package", name))
    assert_stacks(
        found, naive.samples(profile), lambda stack: naive.collapse_package(stack, name, kinds)
    )


@given(profiles())
def test_mine_equals_the_naive_one(profile) -> None:
    kinds = kinds_of_groups(profile)
    assert_stacks(
        asked(profile, ("mine",)), naive.samples(profile), lambda stack: naive.mine(stack, kinds)
    )


@given(profiles(times=True), st.integers(0, 10), st.integers(0, 10))
def test_a_range_of_times_equals_the_naive_one(profile, since, until) -> None:
    found = asked(profile, ("to", f"{until}s"), ("from", f"{since}s"))
    expected = [
        sample for sample in naive.samples(profile) if since * 10**9 <= sample[3] < until * 10**9
    ]
    assert naive.samples(found) == expected


@given(profiles(), st.lists(steps, max_size=4))
def test_what_is_left_is_valid_and_told(profile, given_steps) -> None:
    timed = all(t.samples.time is not None for t in profile.threads if len(t.samples))
    if not timed and any(step.name in ("from", "to") for step in given_steps):
        with pytest.raises(UsageError, match="no times"):
            apply(profile, given_steps)
        return
    found = validate(apply(profile, given_steps))
    assert found.ledger == profile.ledger
    assert [done.name for done in found.applied] == [
        *(step.name for step in given_steps if step.name in ("from", "to")),
        *(step.name for step in given_steps if step.name not in ("from", "to")),
    ]
    extents = [profile.extent]
    for done in found.applied:
        assert done.before == extents[-1]
        assert done.after.samples <= done.before.samples
        assert all(
            after <= before
            for after, before in zip(done.after.values, done.before.values, strict=True)
        )
        extents.append(done.after)
    assert extents[-1] == found.extent
    own = [found.self_values(n) for n in range(len(found.value_types))]
    assert extents[-1].values == tuple(int(column.sum()) for column in own)
    busy = [found.self_values(n, include_idle=False) for n in range(len(found.value_types))]
    assert [found.extent.value(n, include_idle=False) for n in range(len(busy))] == [
        int(column.sum()) for column in busy
    ]


@given(profiles(), patterns)
def test_focus_and_ignore_part_the_samples(profile, text) -> None:
    inside, outside = asked(profile, ("focus", text)), asked(profile, ("ignore", text))
    both = naive.samples(inside) + naive.samples(outside)
    assert sorted(both, key=repr) == sorted(naive.samples(profile), key=repr)
    counts = [int(part.deopts.count.sum()) for part in (inside, outside, profile)]
    assert counts[0] + counts[1] == counts[2]


@given(profiles(times=True), st.sampled_from(("0", "2500", "2.5s", "33.3%", "100%")))
def test_before_and_after_a_moment_part_the_samples(profile, moment) -> None:
    before, after = asked(profile, ("to", moment)), asked(profile, ("from", moment))
    both = naive.samples(before) + naive.samples(after)
    assert sorted(both, key=repr) == sorted(naive.samples(profile), key=repr)
    if moment == "100%":
        assert not naive.samples(after)


@given(profiles(), steps)
def test_a_step_twice_is_that_step_once(profile, step) -> None:
    try:
        once = apply(profile, [step])
    except UsageError:
        return
    twice = validate(apply(once, [step]))
    assert naive.samples(twice) == naive.samples(once)
    for field in fields(once.tree):
        assert np.array_equal(getattr(twice.tree, field.name), getattr(once.tree, field.name))


@given(profiles(), st.sampled_from(("hide", "ignore", "prune-from", "collapse-package")))
def test_what_finds_nothing_changes_nothing(profile, name) -> None:
    found = asked(profile, (name, "nosuch"))
    assert naive.samples(found) == naive.samples(profile)
    assert found.extent == profile.extent
    assert not found.applied[0].matched


@given(profiles(), patterns)
def test_no_node_is_left_that_no_sample_reaches(profile, text) -> None:
    found = asked(profile, ("show-from", text))
    count = np.zeros(len(found.tree), np.int64)
    for thread in found.threads:
        np.add.at(count, thread.samples.node, 1)
    assert (found.tree.totals(count) > 0).all()


# --- what pprof's own documentation says ----------------------------------------------------------


def stacks_of(profile):
    return ["".join(frame.name for frame in stack) for _, stack, *_ in naive.samples(profile)]


def of(*stacks):
    return profile_of(*(([(name,) for name in stack], 1) for stack in stacks))


@pytest.mark.parametrize(
    ("step", "stack", "left"),
    [
        (("prune-from", "A"), "ABCBD", ["A"]),
        (("prune-from", "B"), "ABCBD", ["ABCB"]),
        (("prune-from", "X"), "ABCBD", ["ABCBD"]),
        (("show-from", "A"), "ABCB", ["ABCB"]),
        (("show-from", "B"), "ABCB", ["BCB"]),
        (("show-from", "C"), "ABCB", ["CB"]),
        (("show-from", "D"), "ABCB", []),
        (("hide", "B"), "ABCB", ["AC"]),
        (("hide", "A|B"), "ABBA", []),
        (("show", "B"), "ABCB", ["BB"]),
        (("merge-function", "B"), "ABCB", ["AC"]),
        (("collapse-recursion",), "ABBBABB", ["ABAB"]),
    ],
)
def test_a_stack_becomes(step, stack, left) -> None:
    assert stacks_of(asked(of(stack), step)) == left


def test_steps_are_applied_in_their_order() -> None:
    profile = of("ABC", "AB")
    assert stacks_of(asked(profile, ("focus", "C"), ("hide", "C"))) == ["AB"]
    assert stacks_of(asked(profile, ("hide", "C"), ("focus", "C"))) == []


def test_several_threads_are_one_step_and_come_first() -> None:
    profile = merge([of("AB"), of("AC")])
    found = asked(profile, ("focus", "B"), ("thread", "1"), ("thread", "2"))
    assert [(done.name, done.arguments) for done in found.applied] == [
        ("thread", ("1", "2")),
        ("focus", ("B",)),
    ]
    assert found.applied[0].words == "--thread 1 --thread 2"


def test_a_collapsed_run_keeps_the_line_that_was_executed() -> None:
    profile = of("AA")
    found = asked(profile, ("collapse-recursion",))
    assert len(found.tree) == 1
    assert found.applied[0].matched


def test_mine_names_the_package_that_is_charged() -> None:
    morgan = ("log", "/srv/node_modules/morgan/index.js", 1, 1, Kind.JS, "morgan")
    express = ("next", "/srv/node_modules/express/index.js", 1, 1, Kind.JS, "express")
    app = ("run", "/srv/server.js", 1, 1, Kind.JS, "(app)")
    core = ("write", "node:fs", 1, 1, Kind.JS, "node:")
    native = ("writev", "", ABSENT, ABSENT, Kind.NATIVE)
    profile = profile_of(
        ([express, app, morgan, native], 1),
        ([express, morgan, core, native], 2),
        ([core, native], 4),
        ([core], 8),
    )
    found = asked(profile, ("mine",))
    assert [(frame.name, values) for _, (frame,), values, *_ in naive.samples(found)] == [
        ("run", [1]),
        ("morgan", [2]),
        ("(native)", [4]),
        ("node:", [8]),
    ]


def test_deoptimisations_are_stacks_of_one_frame() -> None:
    from profkit.profile import DeoptTable  # noqa: PLC0415

    profile = of("AB")
    names = [function_name(profile, n) for n in range(2)]
    table = DeoptTable(
        np.array([names.index("A"), names.index("B"), ABSENT], np.int32),
        *(np.full(3, ABSENT, np.int32) for _ in range(3)),
        np.array([1, 2, 4], np.int64),
    )
    profile = profile.replace(deopts=table)
    left = {
        name: asked(profile, (name, "B")).deopts.count.tolist()
        for name in ("focus", "ignore", "hide", "show", "show-from", "prune-from")
    }
    assert left == {
        "focus": [2],
        "ignore": [1, 4],
        "hide": [1, 4],
        "show": [2],
        "show-from": [2],
        "prune-from": [1, 2, 4],
    }


# --- what cannot be asked -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "argument", "message"),
    [
        ("zoom", "x", "'zoom' is no step; there are focus, ignore, "),
        ("focus", "(", r"'\(' is no regular expression"),
        ("hide", "name:(", r"'\(' is no regular expression"),
        ("show", "", "an empty regular expression"),
        ("show", "file:", "an empty regular expression"),
        ("mine", "x", "takes no argument"),
        ("thread", "", "lacks its argument"),
        ("from", "soon", "'soon' is no time"),
        ("to", "-5", "'-5' is no time"),
        ("to", "9" * 16, "is no time"),
    ],
)
def test_what_makes_no_sense_is_no_step(name, argument, message) -> None:
    with pytest.raises(UsageError, match=message):
        Step(name, argument)


def test_a_profile_without_times_has_no_range() -> None:
    with pytest.raises(UsageError, match=r"^--from 1s: this profile has no times$"):
        asked(of("A"), ("from", "1s"))


def test_a_merged_function_must_be_one() -> None:
    with pytest.raises(UsageError, match=r"^--merge-function X: no function's name"):
        asked(of("A"), ("merge-function", "X"))


def test_every_step_is_tried_here() -> None:
    assert set(STEPS) == {*BY_PATTERN, "mine", "merge-function", "collapse-package"} | {
        "collapse-recursion",
        "from",
        "to",
        "thread",
    }
