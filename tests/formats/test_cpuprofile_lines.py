"""Lines from position ticks: shared out exactly, and nothing lost."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.formats.cpuprofile import read
from profkit.formats.cpuprofile.lines import LineTable, deal_out
from profkit.formats.cpuprofile.measuring import Measured
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import ABSENT, Action, validate
from profkit.source import Source

SAMPLES = Path(__file__).parents[2] / "samples"
RECORDINGS = sorted(SAMPLES.glob("*/*/*.cpuprofile.gz"))
IDS = [f"{path.parent.name}-{path.name.split('.')[0]}" for path in RECORDINGS]


def node(number, name, hits, ticks=(), children=()):
    return {
        "id": number,
        "callFrame": {
            "functionName": name,
            "url": "a.js" if number > 1 else "",
            "lineNumber": number * 10,
            "columnNumber": 0,
        },
        "hitCount": hits,
        "positionTicks": [{"line": line, "ticks": count} for line, count in ticks],
        "children": list(children),
    }


def by_line(nodes, value_type=0, **changes):
    """Return what is counted by function and line."""
    document = {"nodes": nodes, "startTime": 0, "endTime": 100, **changes}
    source = Source("a.cpuprofile", io.BytesIO(json.dumps(document).encode()))
    profile = validate(read(source, ReadOptions(lines=True)))
    answer = Counter()
    for place, value in enumerate(profile.self_values(value_type).tolist()):
        frame = int(profile.tree.frame[place])
        name = profile.text(int(profile.functions.name[profile.frames.function[frame]]))
        answer[name, int(profile.frames.line[frame])] += value
    return {key: value for key, value in answer.items() if value}, profile


NODES = [
    node(1, "(root)", 0, children=[2]),
    node(2, "main", 4, [(21, 1), (25, 3)], [3]),
    node(3, "run", 3, [(33, 2)]),
]


def test_samples_and_time_go_to_the_lines_that_ticks_name():
    samples = {"samples": [2, 2, 3, 2, 3, 2, 3], "timeDeltas": [0, *[10] * 6], "endTime": 70}
    counts, profile = by_line(NODES, 1, **samples)
    assert counts == {("main", 21): 1, ("main", 25): 3, ("run", 33): 2, ("run", ABSENT): 1}
    times, _ = by_line(NODES, 0, **samples)
    assert times == {key: 10_000 * value for key, value in counts.items()}
    assert profile.threads[0].samples.time.tolist() == [10_000 * n for n in range(7)]
    called = {int(profile.tree.frame[p]) for p in profile.tree.parent.tolist() if p >= 0}
    assert [int(profile.frames.line[frame]) for frame in called] == [ABSENT]


def test_time_is_divided_by_ticks_even_where_samples_are_not():
    times, _ = by_line(
        [node(1, "(root)", 0, children=[2]), node(2, "main", 4, [(21, 1), (25, 3)])],
        samples=[2, 2, 2],
        timeDeltas=[0, 7, 50],
    )
    assert times == {("main", 21): 25_000, ("main", 25): 75_000}


def test_hits_do_for_samples():
    counts, _ = by_line(NODES, 1)
    assert counts == {("main", 21): 1, ("main", 25): 3, ("run", 33): 2, ("run", ABSENT): 1}
    times, _ = by_line(NODES, 0)
    assert sum(times.values()) == 100_000
    assert times["main", 21] == pytest.approx(100_000 / 7, abs=1)


def test_a_node_with_more_ticks_than_hits_has_no_lines():
    wrong = [node(1, "(root)", 0, children=[2]), node(2, "main", 1, [(21, 1), (25, 3)])]
    times, profile = by_line(wrong, samples=[2], timeDeltas=[0])
    assert times == {("main", ABSENT): 100_000}
    assert profile.ledger.count(Action.DROPPED, "lines") == 2


rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10**9)), min_size=1, max_size=30)
ticked = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50), st.integers(1, 9)), max_size=12)


@given(rows, ticked, st.booleans())
def test_every_nodes_sum_is_unchanged(drawn, ticks, by_hits):
    if by_hits:
        drawn = list(dict(drawn).items())
    node, duration = np.array(drawn, np.int64).T
    owner, line, count = np.array(sorted(ticks), np.int64).reshape(-1, 3).T
    measured = Measured(node, duration // 3, duration, by_hits=by_hits)
    dealt, lines = deal_out(measured, LineTable(owner, line, count))
    for before, after in (
        (measured.duration, dealt.duration),
        (measured.count, dealt.count),
    ):
        assert (after >= 0).all()
        for number in range(4):
            assert after[dealt.node == number].sum() == before[node == number].sum()
    assert ((lines == ABSENT) == ~np.isin(dealt.node, owner)).all()
    for number in set(owner.tolist()) & set(node.tolist()):
        # As many samples as ticks: each line has its own.
        mine = dealt.node == number
        if mine.sum() == count[owner == number].sum() and not by_hits:
            expected = Counter()
            for at, many in zip(line[owner == number], count[owner == number], strict=True):
                expected[int(at)] += int(many)
            assert Counter(lines[mine].tolist()) == expected


@pytest.mark.parametrize("path", RECORDINGS, ids=IDS)
def test_lines_of_a_recording_have_the_sums_of_their_functions(path):
    plain, lined = load(path), load(path, options=ReadOptions(lines=True))
    assert lined.sample_count == plain.sample_count
    for value_type in range(2):
        sums = []
        for profile in (plain, lined):
            names = Counter()
            own = profile.self_values(value_type).tolist()
            table = profile.functions
            for function, value in zip(profile.function_of_node.tolist(), own, strict=True):
                names[profile.text(int(table.name[function])), int(table.line[function])] += value
            sums.append(names)
        assert sums[0] == sums[1]
    document = json.loads(gzip.decompress(path.read_bytes()))
    ticks = {tick["line"] for n in document["nodes"] for tick in n.get("positionTicks", ())}
    found = set(lined.frames.line.tolist()) - {ABSENT}
    assert found <= ticks
    assert len(found) > 0.9 * len(ticks)
