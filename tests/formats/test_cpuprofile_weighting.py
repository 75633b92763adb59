"""Time agrees with hit counts, and none of it is lost."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.formats.cpuprofile import timing, weighting
from profkit.formats.cpuprofile.timing import _moves
from profkit.formats.cpuprofile.weighting import (
    find_extra,
    median,
    reweigh,
    spread,
    usual_interval,
)
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import Action

SAMPLES = Path(__file__).parents[2] / "samples"
RECORDINGS = sorted(SAMPLES.glob("*/*/*.cpuprofile.gz"))
IDS = [f"{path.parent.name}-{path.name.split('.')[0]}" for path in RECORDINGS]


def ints(*numbers):
    return np.array(numbers, np.int64)


def reweighed(duration, extra):
    weighed = duration.copy()
    reweigh(weighed, extra, usual_interval(duration, extra))
    return weighed


def shares(node, duration, hits):
    extra = find_extra(node, duration, hits)
    weighed = reweighed(duration, extra)
    assert int(weighed.sum()) == int(duration.sum())
    return np.bincount(node, weights=weighed, minlength=len(hits)), extra


def test_a_sample_between_two_strokes_of_the_clock_gives_its_time_back():
    # The clock strikes each 100; node 1 is sampled 30 after a stroke that found node 0.
    node = ints(0, 0, 1, 0, 0)
    duration = ints(100, 30, 70, 100, 100)
    time, extra = shares(node, duration, hits=ints(4, 0))
    assert extra.tolist() == [False, False, True, False, False]
    assert time.tolist() == [400, 0]


def test_of_a_nodes_samples_those_that_follow_soonest_are_extra():
    node = ints(1, 0, 1, 1, 0)
    duration = ints(100, 20, 80, 100, 100)
    _, extra = shares(node, duration, hits=ints(2, 2))
    assert extra.tolist() == [False, False, True, False, False]


def test_the_usual_interval_is_that_of_samples_which_nothing_disturbs():
    extra = np.array([False, False, True, False, False])
    assert usual_interval(ints(100, 30, 70, 90, 110), extra) == 95
    assert usual_interval(ints(30, 70), np.array([False, True])) == 50
    assert usual_interval(ints(), np.zeros(0, bool)) == 0


def test_several_extra_samples_give_back_to_the_one_before_them_all():
    node = ints(0, 1, 1, 1, 0, 0)
    duration = ints(10, 20, 30, 40, 100, 100)
    time, _ = shares(node, duration, hits=ints(3, 0))
    assert time.tolist() == [300, 0]


def test_time_that_fits_nowhere_is_spread_in_proportion():
    # All samples are as long as the usual interval, so an extra one interrupted nothing.
    node = ints(*[0] * 30, *[1] * 70)
    duration = ints(*[80] * 100)
    time, extra = shares(node, duration, hits=ints(10, 70))
    assert int(extra.sum()) == 20
    assert time.tolist() == [1000, 7000]


def test_extra_samples_before_all_others_lose_their_time_too():
    time, _ = shares(ints(1, 0, 0), ints(50, 100, 100), hits=ints(2, 0))
    assert time.tolist() == [250, 0]


@pytest.mark.parametrize(
    "hits",
    [
        ints(2, 2),  # as many as samples
        ints(3, 2),  # more of them
        ints(0, 0),  # none at all
        ints(-1, 1),  # unknown ones
        ints(1, 100),  # those of another recording
    ],
)
def test_hit_counts_that_tell_nothing_change_nothing(hits):
    node, duration = ints(0, 0, 1, 1), ints(1, 2, 3, 4)
    extra = find_extra(node, duration, hits)
    assert not extra.any()
    assert reweighed(duration, extra).tolist() == duration.tolist()


def test_no_samples_have_no_extra_ones():
    assert not len(find_extra(ints(), ints(), ints(0, 3)))
    assert reweighed(ints(), np.zeros(0, bool)).tolist() == []


def test_time_that_only_extra_samples_have_stays_theirs():
    node, duration = ints(0, 1, 0), ints(0, 70, 0)
    extra = find_extra(node, duration, hits=ints(2, 0))
    reweigh(duration, extra, usual=0)
    assert duration.tolist() == [0, 70, 0]


samples_and_hits = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 10**12)), min_size=1, max_size=40
).flatmap(
    lambda rows: st.tuples(st.just(rows), st.lists(st.integers(0, 12), min_size=5, max_size=5))
)


@given(samples_and_hits)
def test_no_time_is_lost_and_none_is_negative(drawn):
    rows, hits = drawn
    node, duration = ints(*(n for n, _ in rows)), ints(*(d for _, d in rows))
    extra = find_extra(node, duration, ints(*hits))
    weighed = reweighed(duration, extra)
    assert int(weighed.sum()) == int(duration.sum())
    assert (weighed >= 0).all()
    count = np.bincount(node, minlength=5)
    if extra.any():
        kept = np.bincount(node[~extra], minlength=5)
        assert kept.tolist() == np.minimum(count, hits).tolist()


@given(st.lists(st.integers(0, 10**9), max_size=30), st.integers(0, 2**61))
def test_shares_have_exactly_the_sum_that_was_divided(weight, total):
    divided = spread(ints(*weight), total)
    assert (divided >= 0).all()
    assert int(divided.sum()) == (total if sum(weight) else 0)
    whole = sum(weight)
    for part, given_weight in zip(divided.tolist(), weight, strict=True):
        assert abs(part - total * given_weight / max(whole, 1)) <= 1 + total * 1e-12


@pytest.mark.parametrize("path", RECORDINGS, ids=IDS)
def test_the_ledger_of_a_recording_says_how_many_samples_were_extra(path):
    document = json.loads(gzip.decompress(path.read_bytes()))
    count = Counter(document["samples"])
    surplus = sum(max(count[n["id"]] - n["hitCount"], 0) for n in document["nodes"])
    entries = [
        e for e in load(path).ledger.entries if e.action is Action.REPAIRED and "extra" in e.cause
    ]
    assert sum(e.count for e in entries) == surplus


def test_functions_that_deoptimise_get_the_time_of_their_hits():
    path = SAMPLES / "node/24.21.0/deopts.cpuprofile.gz"
    document = json.loads(gzip.decompress(path.read_bytes()))
    unsteady = {
        n["id"] for n in document["nodes"] if n["callFrame"]["functionName"].startswith("add")
    }
    hits = sum(n["hitCount"] for n in document["nodes"] if n["id"] in unsteady)
    share_of_hits = hits / sum(n["hitCount"] for n in document["nodes"])
    share_of_samples = sum(s in unsteady for s in document["samples"]) / len(document["samples"])
    assert share_of_samples > share_of_hits + 0.2

    profile = load(path)
    names = [profile.text(name) for name in profile.functions.name.tolist()]
    own = profile.self_values(0)
    is_unsteady = np.array([name.startswith("add") for name in names])[profile.function_of_node]
    share = own[is_unsteady].sum() / own.sum()
    assert share == pytest.approx(share_of_hits, abs=0.03)


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=40))
def test_the_median_is_numpys(value):
    assert median(ints(*value)) == np.median(value)


@pytest.mark.parametrize("path", RECORDINGS, ids=IDS)
def test_each_weighing_has_the_same_sum_and_its_own_meaning(path):
    document = json.loads(gzip.decompress(path.read_bytes()))
    weighed = {w: load(path, options=ReadOptions(weigh=w)) for w in ("hits", "samples", "deltas")}
    sums = {w: int(profile.self_values(0).sum()) for w, profile in weighed.items()}
    assert len(set(sums.values())) == 1

    times = document["startTime"] + np.cumsum(document["timeDeltas"])
    times = np.append(np.sort(times), document["endTime"])
    samples = weighed["deltas"].threads[0].samples
    assert samples.values[:, 0].tolist() == (np.diff(times) * 1000).tolist()
    each = weighed["samples"].threads[0].samples.values[:, 0]
    assert int(each.max() - each.min()) <= 1
    counts = weighed["hits"].ledger.count(Action.REPAIRED, "samples")
    sorted_ones = weighed["deltas"].ledger.count(Action.REPAIRED, "samples")
    assert weighed["deltas"].ledger.count(Action.USED, "samples") == counts - sorted_ones


def test_a_profile_tells_how_far_its_samples_are_from_its_hits():
    profile = load(SAMPLES / "node/24.21.0/deopts.cpuprofile.gz")
    facts = dict(profile.meta.facts)
    said = "32.6 % apart, most in unsteady (9.3 % against 23.1 %)"
    assert facts["samples against hits"] == said
    assert facts["deltas against samples"].startswith("23.4 % apart")
    (remark,) = profile.meta.remarks
    assert remark.startswith("time between samples against hit counts: 33.9 % apart")
    assert not load(SAMPLES / "node/12.22.12/wasm.cpuprofile.gz").meta.remarks


def assert_moved_as_sorted(time):
    place, row = _moves(time)
    order = np.arange(len(time))
    order[place] = row
    assert order.tolist() == np.argsort(time, kind="stable").tolist()
    assert (np.diff(place) > 0).all()
    return place


@pytest.fixture(params=[3, timing.BLOCK])
def block(request):
    with pytest.MonkeyPatch.context() as patch:
        for module in (timing, weighting):
            patch.setattr(module, "BLOCK", request.param)
        yield


@pytest.mark.usefixtures("block")
@given(st.lists(st.integers(0, 12) | st.integers(0, 10**6), min_size=2, max_size=40))
def test_samples_out_of_order_are_moved_as_a_sort_would(times):
    assert_moved_as_sorted(ints(*times))


@given(st.lists(st.integers(1, 3), min_size=200, max_size=300), st.data())
def test_few_samples_out_of_order_are_found_where_they_are(gaps, data):
    time = np.cumsum(gaps)
    for row in data.draw(st.lists(st.integers(5, len(gaps) - 1), max_size=4)):
        time[row] -= data.draw(st.integers(0, 12))
    assert len(assert_moved_as_sorted(time)) < len(time)


@pytest.mark.usefixtures("block")
@given(st.lists(st.tuples(st.integers(-(10**12), 10**12), st.booleans()), min_size=1, max_size=40))
def test_the_median_of_those_chosen_is_numpys(drawn):
    value = ints(*(number for number, _ in drawn))
    chosen = np.array([is_chosen for _, is_chosen in drawn])
    if chosen.any():
        assert median(value, chosen) == np.median(value[chosen])
