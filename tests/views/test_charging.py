"""What the runtime does is charged to the nearest package that called for it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from strategies import profiles

from profkit.profile import ABSENT
from profkit.symbols.packages import NODE, STDLIB, assign_packages
from profkit.views.charging import charged
from profkit.views.ranking import RankingOptions, rank


def naive(profile, own):
    answer = np.zeros_like(own)
    for node, value in enumerate(own.tolist()):
        place = node
        while place != ABSENT:
            function = profile.frames.function[profile.tree.frame[place]]
            package = profile.text(int(profile.functions.package[function]))
            if package and package not in (NODE, STDLIB):
                break
            place = int(profile.tree.parent[place])
        answer[node if place == ABSENT else place] += value
    return answer


@given(profiles())
def test_each_value_goes_to_the_nearest_caller_in_a_package(profile):
    profile = assign_packages(profile)
    own = profile.self_values()
    assert charged(profile, own).tolist() == naive(profile, own).tolist()


@given(profiles())
def test_charging_moves_values_and_loses_none(profile):
    profile = assign_packages(profile)
    ranking = rank(profile, RankingOptions(by="package", sort="charged"))
    assert int(ranking.charged_values.sum()) == ranking.total
    assert ranking.charged_values.tolist() == sorted(ranking.charged_values.tolist(), reverse=True)
