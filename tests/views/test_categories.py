"""Categories: what a function is, and what only a state tells."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import oracle
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.profile import Kind, SampleTable, VmState, validate
from profkit.views.categories import Category, categorised, category_of_function
from profkit.views.ranking import RankingOptions, group_name, rank

_STATES = {
    VmState.GC: Category.GC,
    VmState.PARSER: Category.COMPILER,
    VmState.BYTECODE_COMPILER: Category.COMPILER,
    VmState.COMPILER: Category.COMPILER,
    VmState.IDLE: Category.IDLE,
    VmState.IDLE_EXTERNAL: Category.IDLE,
}


def test_kinds_and_packages_make_categories() -> None:
    rows = [
        (("run", "/srv/app.js", 1, 1, Kind.JS, "(app)"), "app"),
        (("log", "/srv/node_modules/morgan/index.js", 1, 1, Kind.JS, "morgan"), "dependencies"),
        (("emit", "node:events", 1, 1, Kind.JS, "node:"), "runtime"),
        (("dumps", "/usr/lib/python3.11/json.py", 1, 1, Kind.PYTHON, "python:"), "runtime"),
        (("LoadIC", "", -1, -1, Kind.IC), "runtime"),
        (("ArrayMap", "", -1, -1, Kind.BUILTIN), "runtime"),
        (("Ldar", "", -1, -1, Kind.BYTECODE_HANDLER), "runtime"),
        (("CEntry", "", -1, -1, Kind.STUB), "runtime"),
        (("a+", "", -1, -1, Kind.REGEXP), "regexp"),
        (("wasm-function[1]", "x.wasm", -1, -1, Kind.WASM, "(app)"), "wasm"),
        (("write", "libc.so.6", -1, -1, Kind.SHARED_LIBRARY), "native"),
        (("uv_run", "", -1, -1, Kind.NATIVE), "native"),
        (("(garbage collector)", "", -1, -1, Kind.GC), "gc"),
        (("(program)", "", -1, -1, Kind.PROGRAM), "program"),
        (("(idle)", "", -1, -1, Kind.IDLE), "idle"),
        (("eval", "", -1, -1, Kind.JS), "unknown"),
        (("mystery", ""), "unknown"),
    ]
    profile = profile_of(*(([place], 1) for place, _ in rows))
    labels = [Category(number).label for number in category_of_function(profile)]
    assert labels == [label for _, label in rows]


@given(profiles(), st.booleans())
def test_a_ranking_by_category_equals_the_naive_one(profile, include_idle) -> None:
    of_function = category_of_function(profile)
    above = [stack for stack, _ in oracle.stacks(profile, [0] * len(profile.tree))]
    kinds = profile.kind_of_node
    expected = defaultdict(lambda: [0, 0])
    for thread in profile.threads:
        states = thread.samples.state
        for n, node in enumerate(thread.samples.node.tolist()):
            value = int(thread.samples.values[n, 0])
            stack = [Category(of_function[function]) for function in above[node]]
            state = VmState(states[n]) if states is not None else VmState.UNKNOWN
            if kinds[node] == Kind.IDLE:
                if not include_idle:
                    continue
            elif state in _STATES:
                stack.append(_STATES[state])
            expected[stack[-1].label][0] += value
            for category in set(stack):
                expected[category.label][1] += value
    ranking = rank(profile, RankingOptions("category", include_idle=include_idle))
    found = {
        group_name(profile, "category", group): [own, total]
        for group, own, total in zip(
            ranking.group.tolist(),
            ranking.self_values.tolist(),
            ranking.total_values.tolist(),
            strict=True,
        )
    }
    assert found == {name: pair for name, pair in expected.items() if any(pair)}
    assert int(ranking.self_values.sum()) == ranking.total
    assert int(ranking.charged_values.sum()) == ranking.total


@given(profiles())
def test_what_a_state_tells_is_a_leaf_and_sums_stay(profile) -> None:
    grown, category = categorised(profile)
    validate(grown)
    assert len(category) == len(grown.functions)
    for before, after in zip(profile.threads, grown.threads, strict=True):
        assert (before.samples.values == after.samples.values).all()


def test_idle_by_state_has_the_total_of_other_views() -> None:
    profile = profile_of(([("run", "app.js", 1, 1, Kind.JS, "(app)")], 1), ([("node", "")], 1))
    (thread,) = profile.threads
    samples = SampleTable(
        thread.samples.node,
        thread.samples.values,
        None,
        np.array([VmState.COMPILER, VmState.IDLE], np.int8),
    )
    profile = profile.replace(threads=(type(thread)("main", samples),))
    ranking = rank(profile, RankingOptions("category"))
    assert [Category(group).label for group in ranking.group[:2]] == ["compiler", "idle"]
    assert ranking.self_values.tolist() == [1, 1, 0, 0]
    assert ranking.total == rank(profile).total == 2
