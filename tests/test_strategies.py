"""The shared strategy keeps to the model, and reaches what other tests rely on."""

from __future__ import annotations

import pytest
from hypothesis import Phase, find, given, settings
from strategies import profiles

from profkit.profile import Kind, Profile, validate


@given(profiles(hostile=True))
def test_random_profiles_are_valid(profile: Profile) -> None:
    validate(profile)


def _recurses(profile: Profile) -> bool:
    function = profile.function_of_node
    parent = profile.tree.parent
    return any(p >= 0 and function[n] == function[p] for n, p in enumerate(parent.tolist()))


@pytest.mark.parametrize(
    "reached",
    [
        _recurses,
        lambda p: p.sample_count > 5 and len(p.threads) > 1 and len(p.value_types) > 1,
        lambda p: len(p.frames) > len(p.functions),
        lambda p: p.self_values()[p.kind_of_node == Kind.IDLE].sum() > 0,
        lambda p: len(p.tree) == 0,
    ],
    ids=["recursion", "threads", "frames", "idle", "empty"],
)
def test_random_profiles_reach(reached) -> None:
    quick = settings(phases=[Phase.generate], database=None, max_examples=1000)
    assert reached(find(profiles(), reached, settings=quick))
