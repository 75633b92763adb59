"""Calls in traces: py-spy's chrometrace, and duration events in general."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.registry import ReadOptions
from profkit.formats.trace_spans import read, sniff
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, validate
from profkit.source import Source

SAMPLES = Path(__file__).parents[2] / "samples"
RECORDINGS = sorted(SAMPLES.glob("py-spy/*/*.chrometrace.json.gz"))
KINDS = [path.name.split(".")[0] for path in RECORDINGS]


def event(phase, name, ts, pid=1, tid=2, **more):
    return {"name": name, "cat": "py-spy", "ph": phase, "pid": pid, "tid": tid, "ts": ts, **more}


def profile_of(*events):
    data = json.dumps(events).encode()
    return validate(read(Source("a.json", io.BytesIO(data)), ReadOptions()))


def text_of(profile, place):
    function = int(profile.frames.function[profile.tree.frame[place]])
    return profile.text(int(profile.functions.name[function]))


def samples_of(profile, thread=0):
    """Return each sample: its stack, its time and how long it stands."""
    found = []
    samples = profile.threads[thread].samples
    for leaf, time, value in zip(samples.node, samples.time, samples.values[:, 0], strict=True):
        names, place = [], leaf
        while place != ABSENT:
            names.append(text_of(profile, int(place)))
            place = profile.tree.parent[place]
        found.append((";".join(reversed(names)), int(time), int(value)))
    return found


def losses(profile):
    return {f"{e.action.value} {e.count} {e.cause}" for e in profile.ledger.losses}


CUT = "calls that end after the one around them: cut there"


def test_what_is_open_between_two_events_is_a_sample():
    profile = profile_of(
        event("B", "main", 1),
        event("B", "run", 2),
        event("E", "run", 4),
        event("E", "main", 7),
        event("B", "main", 9),
        event("E", "main", 10.5),
    )
    assert samples_of(profile) == [
        ("main", 1000, 1000),
        ("main;run", 2000, 2000),
        ("main", 4000, 3000),
        ("main", 9000, 1500),
    ]
    assert [(t.type, t.unit) for t in profile.value_types] == [("time", "nanoseconds")]
    assert (profile.meta.start_time, profile.meta.end_time) == (1000, 10500)
    assert profile.ledger.count(Action.USED, "events") == 6
    assert not profile.ledger.losses


def test_whole_calls_nest_by_their_times():
    events = [
        event("X", "inner", 2, dur=3),
        event("X", "main", 1, dur=9),
        event("X", "first", 1, dur=1),
        event("X", "empty", 6, dur=0),
        event("X", "next", 10, dur=1),
    ]
    expected = [
        ("main;first", 1000, 1000),
        ("main;inner", 2000, 3000),
        ("main", 5000, 1000),
        ("main;empty", 6000, 0),
        ("main", 6000, 4000),
        ("next", 10000, 1000),
    ]
    assert [s for s in samples_of(profile_of(*events)) if s[2] or "empty" in s[0]] == expected
    assert not profile_of(*events).ledger.losses


def test_threads_and_processes_are_kept_apart_and_named():
    profile = profile_of(
        event("B", "a", 1),
        event("B", "b", 2, tid=3),
        event("E", "a", 3),
        event("E", "b", 4, tid=3),
        event("X", "c", 1, pid="other", dur=1),
        event("M", "thread_name", 0, tid=3, args={"name": "worker"}),
        event("M", "process_name", 0, args={"name": "service"}),
        event("C", "counter", 1),
    )
    assert [(t.name, t.process_name, t.process_id, t.thread_id) for t in profile.threads] == [
        ("", "service", 1, 2),
        ("worker", "service", 1, 3),
        ("", "", -1, 2),
    ]
    assert samples_of(profile, 1) == [("b", 2000, 2000)]
    assert profile.ledger.count(Action.SKIPPED, "events") == 1


def test_events_may_stand_in_any_order():
    events = [event("E", "a", 9), event("B", "a", 1), event("E", "b", 5), event("B", "b", 3)]
    assert samples_of(profile_of(*events)) == [
        ("a", 1000, 2000),
        ("a;b", 3000, 2000),
        ("a", 5000, 4000),
    ]


def test_an_end_without_a_name_ends_the_innermost_call():
    end = event("E", None, 5)
    assert samples_of(profile_of(event("B", "a", 1), event("B", "b", 2), end, end))[1:] == [
        ("a;b", 2000, 3000)
    ]


def test_calls_that_never_end_are_closed_at_the_last_event():
    profile = profile_of(event("B", "a", 1), event("B", "b", 2), event("X", "c", 3, dur=2))
    assert samples_of(profile)[-1] == ("a;b;c", 3000, 2000)
    assert losses(profile) == {"repaired 2 calls that never end: closed at the thread's last event"}


def test_an_end_of_an_outer_call_ends_what_is_within_it():
    profile = profile_of(event("B", "a", 1), event("B", "b", 2), event("E", "a", 3))
    assert samples_of(profile) == [("a", 1000, 1000), ("a;b", 2000, 1000)]
    assert losses(profile) == {f"repaired 1 {CUT}"}


def test_a_whole_call_that_ends_after_the_one_around_it_is_cut():
    profile = profile_of(event("X", "a", 1, dur=4), event("X", "b", 2, dur=7))
    assert samples_of(profile) == [("a", 1000, 1000), ("a;b", 2000, 3000)]
    assert losses(profile) == {f"repaired 1 {CUT}"}


def test_an_end_of_what_has_not_begun_is_dropped():
    profile = profile_of(event("B", "a", 1), event("E", "b", 2), event("E", "a", 3))
    assert samples_of(profile) == [("a", 1000, 2000)]
    assert losses(profile) == {"dropped 1 that end a call which has not begun"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ts": None}, "$[0]: the event has no time, `ts`"),
        ({"ts": "x"}, "$[0].ts: expected `int | float`, got `str`"),
        ({"ts": 2**63}, "$[0].ts: the times are beyond 64 bits of nanoseconds"),
        ({"pid": None}, "$[0]: object missing required field `pid`"),
        ({"ph": "X", "dur": -1}, "$[0].dur: -1 is negative"),
        ({"ph": "X", "dur": "x"}, "$[0].dur: expected a number"),
        ({"ph": "X", "dur": 1e300}, "$[0].dur: the times are beyond 64 bits of nanoseconds"),
        ({"args": 7}, "$[0].args: expected `object`, got `int`"),
        ({"args": {"line": "x"}}, "$[0].args.line: expected `int | null`, got `str`"),
        ({"args": {"line": 2**40}}, "a line or column is beyond 2^31, or an address beyond 2^63"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(changes, expected):
    with pytest.raises(FormatError) as caught:
        profile_of(event("B", "a", 1) | changes, event("E", "a", 5))
    assert str(caught.value) == f"a.json: {expected}"


@pytest.mark.parametrize("events", [[], [event("C", "memory", 1)], [event("E", "a", 1)]])
def test_a_trace_without_calls_is_refused(events):
    with pytest.raises(EmptyInputError, match="holds no calls"):
        profile_of(*events)


def test_the_place_in_a_name_of_viztracer_is_the_functions():
    name = "load (/srv/py-web/store.py:17)"
    profile = profile_of(event("X", name, 1, dur=2, cat="fee"))
    assert text_of(profile, 0) == "load"
    assert profile.text(int(profile.functions.file[0])) == "/srv/py-web/store.py"
    assert int(profile.functions.line[0]) == 17
    assert int(profile.functions.kind[0]) == Kind.PYTHON


@pytest.mark.parametrize(
    ("category", "verdict"), [("py-spy", True), ("fee", True), ("toplevel", False)]
)
def test_only_traces_of_calls_are_told_by_their_content(category, verdict):
    head = json.dumps([event("B", "a", 1, cat=category)]).encode()
    assert sniff(head) is verdict


# --- recordings of py-spy -------------------------------------------------------------------------


def figures_of(path):
    """Return what speedscope makes of a recording: thread, name, microseconds."""
    beside = path.with_name(path.name.replace(".json.gz", ".figures.json.gz"))
    figures = json.loads(gzip.decompress(beside.read_bytes()))["speedscope"]
    return {
        thread: {name: microseconds for name, *_, microseconds in rows if microseconds}
        for thread, rows in figures.items()
    }


def self_times(profile, thread, name_of):
    """Sum microseconds by what a frame is called there."""
    sums = Counter()
    for place, value in zip(thread.samples.node, thread.samples.values[:, 0], strict=True):
        frame = int(profile.tree.frame[place])
        function = int(profile.frames.function[frame])
        file = profile.text(int(profile.functions.file[function]))
        sums[name_of(profile, text_of(profile, place), file, function, frame)] += int(value) / 1000
    return {name: value for name, value in sums.items() if value}


def with_arguments(profile, name, file, function, frame):
    """Name a frame of py-spy's: speedscope takes the arguments of an event for part of it."""
    arguments = {"filename": file, "line": int(profile.frames.line[frame])}
    return f"{name} {json.dumps(arguments, separators=(',', ':'))}"


def with_place(profile, name, file, function, frame):
    """Name a function as VizTracer does."""
    return f"{name} ({file}:{int(profile.functions.line[function])})" if file else name


@pytest.mark.parametrize("path", RECORDINGS, ids=KINDS)
def test_self_times_of_py_spy_are_those_of_speedscope(path):
    figures = figures_of(path)
    profile = load(path)
    assert (profile.meta.format, profile.meta.producer) == ("trace_spans", "py-spy")
    assert "waiting" in dict(profile.meta.facts)
    assert len(profile.threads) == len(figures) == 5
    for thread in profile.threads:
        ours = self_times(profile, thread, with_arguments)
        assert ours == figures[f"pid {thread.process_id}, tid {thread.thread_id}"]


def test_self_times_of_viztracer_are_those_of_speedscope():
    (path,) = SAMPLES.glob("viztracer/*/py-orders.json.gz")
    figures, profile = figures_of(path), load(path)
    assert [thread.name for thread in profile.threads] == ["MainThread", "second"]
    assert profile.meta.producer == ""
    for thread in profile.threads:
        process = f"{thread.process_name} (pid {thread.process_id})"
        theirs = figures[f"{process}, {thread.name} (tid {thread.thread_id})"]
        assert self_times(profile, thread, with_place) == pytest.approx(theirs, abs=0.002)


@pytest.mark.parametrize("kind", KINDS)
def test_its_functions_are_those_of_the_other_formats(kind):
    """Time is not: a thread that waits, and is not sampled, counts on for what it ran before."""

    def functions(ending):
        (path,) = SAMPLES.glob(f"py-spy/*/{kind}.{ending}.gz")
        profile = load(path)
        return {
            (profile.text(int(name)), profile.text(int(file)), int(of_kind))
            for name, file, of_kind in zip(
                profile.functions.name, profile.functions.file, profile.functions.kind, strict=True
            )
        }

    ours, theirs = functions("chrometrace.json"), functions("speedscope.json")
    assert len(ours & theirs) > 0.8 * max(len(ours), len(theirs))
