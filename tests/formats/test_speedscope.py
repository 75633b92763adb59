"""speedscope's JSON: sampled and evented profiles, all units, and what makes no sense in them."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.registry import ReadOptions
from profkit.formats.speedscope import read, sniff
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, validate
from profkit.source import Source

SAMPLES = Path(__file__).parents[2] / "samples"
# Native code has other names in profkit than in the file: test_pyspy_native.py looks at that.
RECORDINGS = sorted(
    path for path in SAMPLES.glob("*/*/*.speedscope.json.gz") if "native" not in path.name
)
IDS = [f"{path.parent.parent.name}-{path.name.split('.')[0]}" for path in RECORDINGS]
SCHEMA = "https://www.speedscope.app/file-format-schema.json"
NAMES = ("main", "run", "write")


def sampled(**changes):
    return {
        "type": "sampled",
        "name": "main thread",
        "unit": "milliseconds",
        "startValue": 10,
        "endValue": 16,
        "samples": [[0], [0, 1], [0]],
        "weights": [1, 2, 3],
        **changes,
    }


def evented(*events, **changes):
    """Give events as ``"O1@5"``: frame 1 opens at 5."""
    return {
        "type": "evented",
        "name": "main thread",
        "unit": "milliseconds",
        "startValue": 0,
        "endValue": 20,
        "events": [
            {"type": e[0], "frame": int(e[1]), "at": float(e[3:]) if "." in e else int(e[3:])}
            for e in events
        ],
        **changes,
    }


def file(*profiles, **changes):
    frames = [{"name": name} for name in NAMES]
    return {"$schema": SCHEMA, "shared": {"frames": frames}, "profiles": list(profiles), **changes}


def profile_of(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return validate(read(Source("a.speedscope.json", io.BytesIO(data)), ReadOptions()))


def refusal(document):
    with pytest.raises(FormatError) as caught:
        profile_of(document)
    assert "\n" not in str(caught.value)
    return caught.value


def stack_of(profile, node):
    names = []
    while node != ABSENT:
        function = int(profile.function_of_node[node])
        names.append(profile.text(int(profile.functions.name[function])))
        node = int(profile.tree.parent[node])
    return ";".join(reversed(names))


def by_stack(profile, value_type=0):
    sums = Counter()
    for node, value in enumerate(profile.self_values(value_type).tolist()):
        sums[stack_of(profile, node)] += value
    return dict(+sums)


def losses(profile):
    return {(e.action, e.unit, e.cause): (e.count, e.example) for e in profile.ledger.losses}


# --- sampled profiles -----------------------------------------------------------------------


def test_samples_follow_one_another_for_as_long_as_they_weigh():
    profile = profile_of(file(sampled(), exporter="recorder@1.2", name="a run"))
    samples = profile.threads[0].samples
    assert [(t.type, t.unit) for t in profile.value_types] == [("time", "nanoseconds")]
    assert samples.values.ravel().tolist() == [10**6, 2 * 10**6, 3 * 10**6]
    assert samples.time.tolist() == [10 * 10**6, 11 * 10**6, 13 * 10**6]
    assert by_stack(profile) == {"main": 4 * 10**6, "main;run": 2 * 10**6}
    assert profile.meta.producer == "recorder@1.2"
    assert profile.meta.facts == (("name", "a run"),)
    assert (profile.meta.start_time, profile.meta.end_time) == (10 * 10**6, 16 * 10**6)
    assert profile.ledger.count(Action.READ, "samples") == 3
    assert not profile.ledger.losses


@pytest.mark.parametrize(
    ("unit", "weights", "expected"),
    [
        ("nanoseconds", [1, 2, 3], [1, 2, 3]),
        ("microseconds", [1, 2, 3], [1000, 2000, 3000]),
        ("milliseconds", [1.5, 2, 3], [1_500_000, 2_000_000, 3_000_000]),
        ("seconds", [0.01, 0.1, 0.3], [10_000_000, 100_000_000, 300_000_000]),
        ("seconds", [0.001126, 0, 1e-9], [1_126_000, 0, 1]),
        # Finer than a nanosecond: the sum is right.
        ("nanoseconds", [0.4, 0.4, 0.4], [0, 1, 0]),
        ("microseconds", [1.0004, 1.0004, 1.0004], [1000, 1001, 1000]),
    ],
)
def test_times_become_nanoseconds(unit, weights, expected):
    profile = profile_of(file(sampled(unit=unit, weights=weights, startValue=0)))
    assert profile.threads[0].samples.values.ravel().tolist() == expected


@pytest.mark.parametrize(
    ("unit", "weights", "value_type", "expected"),
    [
        ("none", [1, 2, 3], ("samples", "count"), [1, 2, 3]),
        ("none", [1.0, 2.0, 3.0], ("samples", "count"), [1, 2, 3]),
        ("none", [0.5, 2, 3], ("samples", "thousandths"), [500, 2000, 3000]),
        ("none", [0.1, 0.2, 0.0005], ("samples", "millionths"), [100_000, 200_000, 500]),
        ("bytes", [10, 20, 30], ("bytes", "bytes"), [10, 20, 30]),
        ("bytes", [10.5, 20.5, 30], ("bytes", "bytes"), [10, 21, 30]),
    ],
)
def test_what_is_no_time_has_no_times(unit, weights, value_type, expected):
    profile = profile_of(file(sampled(unit=unit, weights=weights)))
    assert (profile.value_types[0].type, profile.value_types[0].unit) == value_type
    assert profile.threads[0].samples.values.ravel().tolist() == expected
    assert profile.threads[0].samples.time is None
    assert profile.meta.start_time is None


def test_samples_without_a_frame_are_dropped_with_their_place():
    profile = profile_of(file(sampled(samples=[[0], [], [0]])))
    assert by_stack(profile) == {"main": 4 * 10**6}
    assert profile.threads[0].samples.time.tolist() == [10 * 10**6, 13 * 10**6]
    assert losses(profile) == {
        (Action.DROPPED, "samples", "without a frame"): (1, "$.profiles[0].samples[1]")
    }
    assert profile.ledger.count(Action.READ, "samples") == 3


# --- evented profiles -----------------------------------------------------------------------


def test_what_lies_between_two_events_is_a_sample_of_the_open_frames():
    profile = profile_of(file(evented("O0@2", "O1@3", "C1@7", "C0@8", "O0@10", "C0@10")))
    samples = profile.threads[0].samples
    assert by_stack(profile) == {"main": 2 * 10**6, "main;run": 4 * 10**6}
    assert samples.time.tolist() == [2 * 10**6, 3 * 10**6, 7 * 10**6, 10 * 10**6]
    assert samples.values.ravel().tolist() == [10**6, 4 * 10**6, 10**6, 0]
    assert not profile.ledger.losses


def test_a_call_that_takes_no_time_is_not_lost():
    profile = profile_of(file(evented("O0@0", "O1@0", "O2@0", "C2@0", "C1@5", "C0@5")))
    assert by_stack(profile) == {"main;run": 5 * 10**6}
    assert stack_of(profile, 2) == "main;run;write"
    assert profile.sample_count == 2


def test_recursion_is_a_stack_of_one_frame_many_times():
    profile = profile_of(file(evented("O0@0", "O0@1", "C0@2", "C0@4")))
    assert by_stack(profile) == {"main": 3 * 10**6, "main;main": 10**6}


def test_frames_that_never_close_are_closed_at_the_end():
    profile = profile_of(file(evented("O0@0", "O1@5")))
    assert by_stack(profile) == {"main": 5 * 10**6, "main;run": 15 * 10**6}
    cause = "frames that never close: closed at the end"
    assert losses(profile) == {(Action.REPAIRED, "events", cause): (2, "$.profiles[0].events[1]")}


def test_stacks_may_be_deep():
    depth = 10_000
    frames = [{"name": f"f{n}"} for n in range(depth)]
    opens = [{"type": "O", "frame": n, "at": n} for n in range(depth)]
    closes = [{"type": "C", "frame": n, "at": depth} for n in reversed(range(depth))]
    profile = profile_of(file(evented(events=opens + closes), shared={"frames": frames}))
    assert int(profile.tree.depth.max()) == depth - 1
    profile = profile_of(
        file(sampled(samples=[list(range(depth))], weights=[1]), shared={"frames": frames})
    )
    assert int(profile.tree.depth.max()) == depth - 1


# --- several profiles -----------------------------------------------------------------------


def test_each_profile_is_a_thread_and_units_have_columns_of_their_own():
    profile = profile_of(
        file(
            sampled(name="one"),
            sampled(name="two", unit="bytes", weights=[10, 20, 30]),
            evented("O0@0", "C0@2", name="three", unit="seconds"),
        )
    )
    assert [t.type for t in profile.value_types] == ["time", "bytes"]
    assert [t.name for t in profile.threads] == ["one", "two", "three"]
    assert profile.threads[1].samples.values.tolist() == [[0, 10], [0, 20], [0, 30]]
    assert profile.threads[1].samples.time is None
    assert profile.threads[2].samples.values.tolist() == [[2 * 10**9, 0]]
    assert by_stack(profile) == {"main": 4 * 10**6 + 2 * 10**9, "main;run": 2 * 10**6}
    assert by_stack(profile, 1) == {"main": 40, "main;run": 20}


def test_counts_of_all_profiles_share_one_unit():
    profile = profile_of(
        file(sampled(unit="none", weights=[1, 2, 3]), sampled(unit="none", weights=[0.5, 0, 0]))
    )
    assert [t.unit for t in profile.value_types] == ["thousandths"]
    assert by_stack(profile) == {"main": 4500, "main;run": 2000}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('Thread 12 "MainThread"', ("MainThread", 12, -1)),
        ('Process 9 Thread 0x7F00AA "Thread-2 (work "x")"', ('Thread-2 (work "x")', 0x7F00AA, 9)),
        ("Thread 12", ("", 12, -1)),
        ("Thread 12 of 13", ("Thread 12 of 13", -1, -1)),
        ("", ("", -1, -1)),
        (None, ("", -1, -1)),
    ],
)
def test_py_spy_names_threads_in_its_profiles(name, expected):
    thread = profile_of(file(sampled(name=name))).threads[0]
    assert (thread.name, thread.thread_id, thread.process_id) == expected


def test_py_spys_processes_are_no_frames():
    frames = [{"name": 'process 9:"python a.py"'}, {"name": "main"}, {"name": "run"}]
    profile = profile_of(
        file(
            sampled(name='Process 9 Thread 12 "T"', samples=[[0, 1], [0, 1, 2], [0, 1]]),
            shared={"frames": frames},
        )
    )
    assert by_stack(profile) == {"main": 4 * 10**6, "main;run": 2 * 10**6}
    thread = profile.threads[0]
    assert (thread.name, thread.process_id, thread.process_name) == ("T", 9, "python a.py")


# --- frames ---------------------------------------------------------------------------------


def one_frame(exporter=None, **frame):
    document = file(sampled(samples=[[0]] * 3), shared={"frames": [frame]})
    profile = profile_of(document | ({"exporter": exporter} if exporter else {}))
    table, frames = profile.functions, profile.frames
    return (
        profile.text(int(table.name[0])),
        profile.text(int(table.file[0])),
        (int(table.line[0]), int(table.column[0])),
        (int(frames.line[0]), int(frames.column[0])),
        Kind(int(table.kind[0])),
    )


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"name": "f"}, ("f", "", (-1, -1), (-1, -1), Kind.UNKNOWN)),
        (
            {"name": "f", "file": "/srv/a.js", "line": 3, "col": 4},
            ("f", "/srv/a.js", (3, 4), (-1, -1), Kind.JS),
        ),
        (
            {"name": "f", "file": "file:///srv/a.js", "line": 3, "col": 4},
            ("f", "/srv/a.js", (3, 4), (-1, -1), Kind.JS),
        ),
        (
            {"name": "f", "file": None, "line": None, "col": None},
            ("f", "", (-1, -1), (-1, -1), Kind.UNKNOWN),
        ),
        (
            {"name": "f", "file": "a.py", "line": 0, "col": 0},
            ("f", "a.py", (-1, -1), (-1, -1), Kind.PYTHON),
        ),
        ({"name": "(program)"}, ("(program)", "", (-1, -1), (-1, -1), Kind.PROGRAM)),
        (
            {"name": "recv", "file": "<built-in>"},
            ("recv", "<built-in>", (-1, -1), (-1, -1), Kind.BUILTIN),
        ),
    ],
)
def test_a_frame_is_a_function_and_where_it_begins(frame, expected):
    assert one_frame(**frame) == expected


def test_py_spys_lines_are_those_being_executed():
    found = one_frame("py-spy@0.4.3", name="f", file="a.py", line=3, col=None)
    assert found == ("f", "a.py", (-1, -1), (3, -1), Kind.PYTHON)


# --- what makes no sense --------------------------------------------------------------------

P0 = "$.profiles[0]"


@pytest.mark.parametrize(
    ("document", "where", "message"),
    [
        (file(sampled(samples=[[0], [1, 3], [0]])), f"{P0}.samples[1][1]", "frame 3 does not"),
        (file(sampled(samples=[[0], [-1], [0]])), f"{P0}.samples[1][0]", "frame -1 does not"),
        (file(sampled(samples=[[0], 4, [0]])), f"{P0}.samples[1]", "expected `array`"),
        (file(sampled(samples=[[0], ["x"], [0]])), f"{P0}.samples[1][0]", "expected `int`"),
        (file(sampled(weights=[1, 2])), f"{P0}.weights", "there are 2 of them for 3 samples"),
        (file(sampled(weights=[1, 2, 3, 4])), f"{P0}.weights", "there are 4 of them for 3 samples"),
        (file(sampled(weights=None)), f"{P0}.weights", "there are 0 of them for 3 samples"),
        (file(sampled(weights=[1, -2, 3])), f"{P0}.weights[1]", "-2 is negative"),
        (file(sampled(weights=[1, -0.5, 3])), f"{P0}.weights[1]", "-0.5 is negative"),
        (file(sampled(weights=[1, "x", 3])), f"{P0}.weights[1]", "expected `"),
        (file(sampled(weights=[1, 2**70, 3])), f"{P0}.weights", "a number is beyond 64 bits"),
        (file(sampled(weights=[1, 1e300, 3])), f"{P0}.weights", "the values are too large"),
        (file(sampled(weights=[2**62, 0, 0])), f"{P0}.weights", "the values are too large"),
        (file(sampled(startValue=1e300)), f"{P0}.startValue", "the values are too large"),
        (file(sampled(unit="hours")), f"{P0}.unit", "invalid enum value 'hours'"),
        (file(sampled(type="flat")), f"{P0}.type", "invalid value 'flat'"),
        (file(evented("O0@5", "C0@4")), f"{P0}.events[1].at", "time goes back, from 5 to 4"),
        (file(evented("O0@5", "C1@6")), f"{P0}.events[1]", "frame 1 closes, but 0 is the inn"),
        (file(evented("O0@5", "C0@6", "C0@7")), f"{P0}.events[2]", "frame 0 closes, but none is"),
        (file(evented("O9@5")), f"{P0}.events[0].frame", "frame 9 does not exist; there are 3"),
        (file(evented("O0@5", endValue=1e300)), f"{P0}.endValue", "the values are too large"),
        (
            file(evented(events=[{"type": "X", "at": 1, "frame": 0}])),
            f"{P0}.events[0].type",
            "invalid enum value 'X'",
        ),
        (
            file(evented(events=[{"type": "O", "at": 1, "frame": -1}])),
            f"{P0}.events[0].frame",
            "expected `int` >= 0",
        ),
        (file(sampled(), shared={"frames": [{}]}), "$.shared.frames[0]", "object missing required"),
        (file(sampled(), shared={}), "$.shared", "object missing required field `frames`"),
        ({"profiles": []}, "$", "object missing required field `shared`"),
        (b'{"shared":', "byte 10", "input data was truncated"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(document, where, message):
    error = refusal(document)
    assert error.where == where
    assert error.message.startswith(message)


@pytest.mark.parametrize(
    "document",
    [
        file(),
        file(sampled(samples=[], weights=[])),
        file(evented()),
        file(sampled(samples=[[]] * 3)),
    ],
)
def test_a_file_without_samples_is_empty(document):
    error = refusal(document)
    assert isinstance(error, EmptyInputError)
    assert error.message == "holds no samples"


# --- telling the format ---------------------------------------------------------------------


@given(st.permutations(["$schema", "shared", "profiles", "name"]), st.sampled_from([None, 2]))
def test_a_file_is_told_whatever_the_order_of_its_keys(keys, indent):
    document = file(sampled(), name="x")
    text = json.dumps({key: document[key] for key in keys}, indent=indent)
    assert sniff(b"\xef\xbb\xbf \n" + text.encode()) is True


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        (b'{"shared": {"frames": [', True),
        (b'{"profiles": [{"type": "sampled", "startValue": 0', True),
        (b'{"exporter": "x", "profiles": [{"type": "sampled"', None),
        (b'{"$schema": "https://json-schema.org/draft", "a": 1}', None),
        (b'{"nodes": [{"id": 1}]}', False),
        (b'{"traceEvents": []}', False),
        (b"main;run 3\n", False),
        (b"", False),
    ],
)
def test_other_files_are_not_taken_for_it(head, verdict):
    assert sniff(head) is verdict


# --- against a plain reading ----------------------------------------------------------------


def naive(document):
    """Sum weights by stack as anyone would, in exact fractions of a second."""
    per_second = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
    names = [frame["name"] for frame in document["shared"]["frames"]]
    sums = Counter()
    for profile in document["profiles"]:
        scale = Fraction(10**9, per_second[profile["unit"]])
        if profile["type"] == "sampled":
            for stack, weight in zip(profile["samples"], profile["weights"], strict=True):
                sums[";".join(names[f] for f in stack)] += Fraction(str(weight)) * scale
            continue
        events = profile["events"]

        def call(place, above, events=events, scale=scale):
            """Follow the call that opens at ``place``; return the place behind its end."""
            stack = (
                f"{above};{names[events[place]['frame']]}"
                if above
                else names[events[place]["frame"]]
            )
            now = events[place]["at"]
            place += 1
            while events[place]["type"] == "O":
                sums[stack] += round(Fraction(str(events[place]["at"])) * scale)
                sums[stack] -= round(Fraction(str(now)) * scale)
                place = call(place, stack)
                now = events[place - 1]["at"]
            sums[stack] += round(Fraction(str(events[place]["at"])) * scale)
            sums[stack] -= round(Fraction(str(now)) * scale)
            return place + 1

        place = 0
        while place < len(events):
            place = call(place, "")
    return {stack: int(value) for stack, value in sums.items() if value}


@pytest.mark.parametrize("path", RECORDINGS, ids=IDS)
def test_recordings_equal_a_naive_reading(path):
    assert by_stack(load(path)) == naive(json.loads(gzip.decompress(path.read_bytes())))


@st.composite
def runs(draw):
    """Draw a run of calls as events, and the same as samples."""
    events, samples, weights, stack, now = [], [], [], [], 0

    def lasts(duration):
        nonlocal now
        if stack and duration:
            samples.append(list(stack))
            weights.append(duration)
        elif duration:
            samples.append([])
            weights.append(duration)
        now += duration

    for _ in range(draw(st.integers(1, 20))):
        lasts(draw(st.integers(0, 3)))
        if stack and draw(st.booleans()):
            events.append({"type": "C", "at": now, "frame": stack.pop()})
        else:
            stack.append(draw(st.integers(0, 2)))
            events.append({"type": "O", "at": now, "frame": stack[-1]})
    while stack:
        lasts(draw(st.integers(1, 3)))
        events.append({"type": "C", "at": now, "frame": stack.pop()})
    return events, samples, weights


@given(runs().filter(lambda run: any(run[1])), st.sampled_from(["seconds", "microseconds"]))
def test_events_and_samples_of_one_run_are_the_same_profile(run, unit):
    events, samples, weights = run
    by_events = file(evented(events=events, unit=unit))
    by_samples = file(sampled(samples=samples, weights=weights, unit=unit))
    expected = naive(by_events)
    assert by_stack(profile_of(by_events)) == expected
    assert by_stack(profile_of(by_samples)) == expected
