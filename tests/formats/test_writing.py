"""Every format that is written: what its file says is what the profile holds, hostile or not."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from building import profile_of
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import profiles
from written import READERS, decode_message, sums, text_of, threads_of

from profkit.errors import UsageError
from profkit.formats.registry import FORMATS, ReadOptions, find_format
from profkit.formats.targets import TARGETS, Content, find_target, target_for
from profkit.formats.writing.contents import left_out
from profkit.loading import load
from profkit.profile import (
    COUNT,
    NANOSECONDS,
    Kind,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    function_name,
    validate,
)
from profkit.source import Source

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = [target.name for target in TARGETS]
BOTH = [name for name in NAMES if name in {known.name for known in FORMATS}]
RECORDINGS = [
    "chrome/156.0.8078.79/page.cpuprofile.gz",
    "chrome/156.0.8078.79/page.v8.log.gz",
    "node/12.22.12/auth-api-logger.cpuprofile.gz",
    "node/24.21.0/deopts.cpuprofile.gz",
    "node/26.10.0/auth-api-quiet.v8.log.gz",
    "py-spy/0.4.3/py-web-logger.raw.txt.gz",
    "py-spy/0.4.3/py-web-quiet.speedscope.json.gz",
    "pyinstrument/5.1.3/py-web-quiet.speedscope.json.gz",
    "go/1.19.8/orders.pb.gz",
]
HUGE = "x" * 100_000
NASTY = ("nul\0", "line\nend", "half\ud800pair", "tab\tand;semicolon", "\x9b31m", HUGE, "ends in 7")


def read_back(data, name):
    source = Source(f"again.{name}", io.BytesIO(data))
    return validate(find_format(name).reader.read(source, ReadOptions()))


def timed(*spans, unit=NANOSECONDS, **changes):
    """Make a profile of one thread: spans of (function, time, value)."""
    builder = ProfileBuilder()
    frames = [builder.frame(builder.function(*span[0])) for span in spans]
    tree, leaf = StackTree.from_stacks(np.ones(len(spans), np.int64), np.array(frames, np.int64))
    samples = SampleTable(
        leaf,
        np.array([span[2] for span in spans], np.int64),
        np.array([span[1] for span in spans], np.int64),
    )
    meta = Meta("test", "test", **changes)
    return builder.finish(meta, [ValueType("v", unit)], tree, [Thread("main", samples)])


def whole_microseconds(profile):
    """Let all values and times be whole microseconds, and no function collect garbage."""
    functions = profile.functions
    kind = np.where(functions.kind == Kind.GC, Kind.JS, functions.kind)
    return profile.replace(
        functions=type(functions)(
            functions.name,
            functions.file,
            functions.line,
            functions.column,
            kind,
            functions.package,
        ),
        threads=tuple(
            Thread(
                t.name,
                SampleTable(
                    t.samples.node,
                    t.samples.values * 1000,
                    None if t.samples.time is None else t.samples.time * 1000,
                ),
                t.process_id,
                t.thread_id,
            )
            for t in profile.threads
        ),
    )


def sampled(**options):
    """Draw profiles that have samples; of one thread, in whole microseconds, for V8's form."""
    return profiles(**options).map(lambda p: p if p.sample_count else profile_of(([("f",)], 1)))


def content(profile):
    """Return all that formats hold: stacks of functions, values and times, by thread."""
    functions, frames = profile.functions, profile.frames
    parent = profile.tree.parent.tolist()

    def frame_of(node):
        frame = profile.tree.frame[node]
        f = frames.function[frame]
        return (
            function_name(profile, f),
            profile.text(functions.file[f]),
            int(functions.line[f]),
            int(functions.column[f]),
            int(functions.kind[f]),
            int(frames.line[frame]),
        )

    shown = [frame_of(node) for node in range(len(parent))]

    def stack(node):
        found = ()
        while node >= 0:
            found = (shown[node], *found)
            node = parent[node]
        return found

    return [
        (
            (t.name, t.process_id, t.thread_id, t.process_name),
            [
                (stack(node), tuple(values), time)
                for node, values, time in zip(
                    t.samples.node.tolist(),
                    t.samples.values.tolist(),
                    [None] * len(t.samples) if t.samples.time is None else t.samples.time.tolist(),
                    strict=True,
                )
            ],
        )
        for t in profile.threads
    ]


def summed(profile):
    """Return the sum of each stack, by thread, without what is 0."""
    found = Counter()
    for who, samples in content(profile):
        for stack, values, _ in samples:
            for number, value in enumerate(values):
                found[who, stack, number] += value
    return {key: value for key, value in found.items() if value}


# --- what a file says -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["speedscope", "pprof", "firefox"])
@given(sampled(hostile=True), st.data())
def test_a_files_stacks_sum_up_to_the_profiles(name, profile, data) -> None:
    number = data.draw(st.sampled_from(range(len(profile.value_types))))
    written = READERS[name](text_of(profile, name, number))
    ours = threads_of(profile, number)
    if name == "pprof":  # where threads of one name and number are one
        ours, written = ([("", [s for _, found in t for s in found])] for t in (ours, written))
    assert len(written) == len(ours)
    for (_, found), (_, expected) in zip(written, ours, strict=True):
        assert sums(found) == sums(expected)


@pytest.mark.parametrize("name", ["cpuprofile", "chrome_trace"])
@given(sampled(hostile=True, max_threads=1).map(whole_microseconds))
def test_v8s_form_gives_each_stack_its_time(name, profile) -> None:
    profile = profile.replace(value_types=(ValueType("cpu", NANOSECONDS), *profile.value_types[1:]))
    ((_, found),) = READERS[name](text_of(profile, name, 0))
    ((_, expected),) = threads_of(profile)
    idle = sums(found).get(("(idle)",), 0)
    assert sum(sums(found).values()) - idle == sum(sums(expected).values())
    assert {k: v for k, v in sums(found).items() if k != ("(idle)",)} == sums(expected)


@given(sampled(max_threads=1).map(whole_microseconds))
def test_hits_are_what_the_samples_count_and_one_at_least(profile) -> None:
    file = json.loads(text_of(profile, "cpuprofile"))
    hits = sum(node["hitCount"] for node in file["nodes"])
    gaps = len(file["samples"]) - profile.sample_count
    counts = [thread.samples.values[:, 0].clip(1).sum() for thread in profile.threads]
    assert hits - gaps == sum(counts)
    assert len(file["timeDeltas"]) == len(file["samples"])


@pytest.mark.parametrize("recording", RECORDINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_recordings_stacks_sum_up_to_the_same(name, recording) -> None:
    profile = load(SAMPLES / recording)
    ours = threads_of(profile)
    if name == "cpuprofile" and len(ours) > 1:
        with pytest.raises(UsageError, match="holds one thread"):
            text_of(profile, name)
        return
    if name == "folded":
        again = read_back(text_of(profile, name), name)
        assert again.self_values().sum() == profile.self_values().sum()
        return
    number = None if name in {"cpuprofile", "chrome_trace"} else 0
    written = READERS[name](text_of(profile, name, number))
    is_time = profile.value_types[0].unit == NANOSECONDS
    for (_, found), (_, expected) in zip(written, ours, strict=True):
        if number == 0:
            assert sums(found) == sums(expected)
        elif is_time:
            total = sum(value for _, value in expected)
            without_gaps = sum(value for stack, value in found if stack != ("(idle)",))
            idle = sum(value for stack, value in expected if stack == ("(idle)",))
            assert abs(without_gaps + idle - total) < 1000 * (len(found) - len(expected) + 2)


# --- read → write → read --------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOTH)
@given(sampled(hostile=True).map(whole_microseconds))
def test_what_was_read_and_written_is_read_the_same(name, profile) -> None:
    if name == "cpuprofile":
        profile = profile.replace(threads=[t for t in profile.threads if len(t.samples)][:1])
    once = read_back(text_of(profile, name), name)
    again = read_back(text_of(once, name), name)
    if name in {"folded", "pprof"}:  # which have one sum a stack
        assert summed(once) == summed(again)
    else:
        assert content(once) == content(again)
    assert once.value_types == again.value_types


def places(profile):
    """Return each function that is on a stack: its name, file, line and kind."""
    table = profile.functions
    return {
        (
            function_name(profile, one),
            profile.text(int(table.file[one])),
            int(table.line[one]),
            Kind(int(table.kind[one])).label,
        )
        for one in set(profile.function_of_node.tolist())
    }


@pytest.mark.parametrize(
    "recording",
    [
        "py-spy/0.4.3/py-web-logger.speedscope.json.gz",
        "pyinstrument/5.1.3/tasks.pyisession.gz",
        "austin/3.7.0/tasks.full.austin.gz",
        "go/1.19.8/orders.pb.gz",
    ],
)
@pytest.mark.parametrize("name", ["speedscope", "cpuprofile", "pprof", "folded", "chrome_trace"])
def test_functions_are_the_same_in_whatever_format_they_were_written(name, recording) -> None:
    profile = load(SAMPLES / recording)
    if name == "cpuprofile":
        profile = profile.replace(threads=profile.threads[:1])
    reader = "devtools_trace" if name == "chrome_trace" else name
    again = read_back(text_of(profile, name), reader)
    assert places(again) - {("(idle)", "", -1, "idle")} <= places(profile)


@pytest.mark.parametrize("recording", [r for r in RECORDINGS if "v8.log" not in r])
def test_a_recording_that_is_written_in_its_own_format_is_read_the_same(recording) -> None:
    profile = load(SAMPLES / recording)
    again = read_back(text_of(profile, profile.meta.format), profile.meta.format)
    exact, rough = content(profile), content(again)
    assert [who for who, _ in exact] == [who for who, _ in rough] or len(exact) == 1
    for (_, before), (_, after) in zip(exact, rough, strict=True):
        if profile.meta.format in {"folded", "pprof"}:
            assert summed(profile) == summed(again)
        elif profile.meta.format == "speedscope":  # which has one line a function
            assert [
                ([frame[:5] for frame in stack], values, time) for stack, values, time in before
            ] == [([frame[:5] for frame in stack], values, time) for stack, values, time in after]
        else:
            assert [stack for stack, _, _ in before] == [stack for stack, _, _ in after]
            for (_, values, _), (_, rounded, _) in zip(before, after, strict=True):
                assert abs(values[0] - rounded[0]) <= 1000
                assert values[1] == rounded[1]


# --- hostile names --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_written(name) -> None:
    profile = profile_of(*([((text, text),), 2] for text in NASTY), ([(HUGE,), ("#leaf 7",)], 1))
    data = text_of(profile, name)
    data.decode() if name != "pprof" else decode_message(data)
    if name == "folded":
        assert data.count(b"\n") == len(NASTY) + 1
        labels = {line.rpartition(b" ")[0].decode() for line in data.splitlines()}
        assert {
            r"nul\x00 (nul\x00)",
            r"line\x0aend (line\x0aend)",
            r"tab\x09and:semicolon (tab\x09and:semicolon)",
        } <= labels
        assert not read_back(data, name).ledger.losses
    else:
        ((_, found),) = READERS[name](data)
        names = {stack[-1] for stack, _ in found}
        assert {text.replace("\ud800", r"\ud800") for text in NASTY} <= names


@pytest.mark.parametrize("text", ["#comment", "f 12", "12", "a;b", ";"])
def test_a_folded_label_is_never_taken_for_something_else(text) -> None:
    profile = profile_of(([(text,)], 3), ([(text,), (text,)], 4))
    again = read_back(text_of(profile, "folded"), "folded")
    assert again.self_values().sum() == 7
    assert again.tree.depth.max() == 1
    assert not again.ledger.losses


# --- what cannot be written -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["speedscope", "cpuprofile", "chrome_trace", "folded"])
def test_negative_values_are_refused_where_they_make_no_sense(name) -> None:
    with pytest.raises(UsageError, match="negative"):
        text_of(profile_of(([("f",)], -1)), name)


@pytest.mark.parametrize("name", ["pprof", "firefox"])
def test_negative_values_are_written_where_they_may_be(name) -> None:
    profile = timed((("f",), 0, -(10**6)), (("g",), 10, 3 * 10**6))
    ((_, found),) = READERS[name](text_of(profile, name))
    assert sums(found) == {("f",): -(10**6), ("g",): 3 * 10**6}


def test_a_cpuprofile_of_several_threads_is_refused_by_their_names() -> None:
    profile = load(SAMPLES / "py-spy/0.4.3/py-web-logger.speedscope.json.gz")
    with pytest.raises(UsageError, match=r"has 5: MainThread, Thread-2 .*--thread"):
        text_of(profile, "cpuprofile")


def test_values_beyond_any_time_are_refused() -> None:
    with pytest.raises(UsageError, match="too large to be drawn as time"):
        text_of(profile_of(([("f",)], 2**60)), "cpuprofile")


# --- names and contents ---------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_a_format_is_told_by_the_end_of_the_name(target) -> None:
    for suffix in target.suffixes:
        for packed in ("", ".gz", ".zst"):
            assert target_for(f"/srv/App{suffix.upper()}{packed}") is target
    assert find_target(target.name) is target


@pytest.mark.parametrize("name", ["app.json", "app", "app.log", "app.gz"])
def test_a_name_that_tells_nothing_is_refused(name) -> None:
    with pytest.raises(
        UsageError, match="does not tell the format to write; choose one of speedscope"
    ):
        target_for(name)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="'xml' is no format that is written; those are"):
        find_target("xml")


@pytest.mark.parametrize(
    ("recording", "name", "lost"),
    [
        (RECORDINGS[6], "speedscope", [Content.LINES, Content.CALLER_LINES]),
        (RECORDINGS[6], "pprof", [Content.TIMES]),
        (RECORDINGS[6], "folded", [Content.TIMES]),
        (RECORDINGS[2], "cpuprofile", []),
        (RECORDINGS[2], "chrome_trace", []),
        (RECORDINGS[4], "firefox", [Content.STATES]),
        (
            RECORDINGS[1],
            "speedscope",
            [Content.TIMES, Content.TIERS, Content.ADDRESSES, Content.STATES],
        ),
    ],
)
def test_what_a_format_does_not_hold_is_said(recording, name, lost) -> None:
    profile = load(SAMPLES / recording)
    assert left_out(profile, find_target(name)) == [content.value for content in lost]


def test_values_that_are_left_out_are_named() -> None:
    profile = load(SAMPLES / RECORDINGS[2])
    assert left_out(profile, find_target("folded"))[0] == "the values samples"
    assert left_out(profile, find_target("pprof"), 1)[0] == "the values cpu"
    assert profile.value_types[1].unit == COUNT


# --- times ----------------------------------------------------------------------------------------


def test_a_thread_that_is_not_sampled_is_idle() -> None:
    profile = timed((("f",), 0, 1000), (("g",), 10**6, 2000), (("h",), 1_003_000, 1000))
    ((_, found),) = READERS["cpuprofile"](text_of(profile, "cpuprofile"))
    idle = ("(idle)",)
    assert found == [
        (("f",), 1000), (idle, 999_000), (("g",), 2000), (idle, 1000), (("h",), 1000)
    ]  # fmt: skip
    ((_, found),) = READERS["speedscope"](text_of(profile, "speedscope"))
    assert found == [(("f",), 1000), (("g",), 2000), (("h",), 1000)]


def test_short_holes_are_closed_where_values_and_times_do_not_agree() -> None:
    profile = timed(
        (("f",), 0, 2000), (("g",), 1000, 1000), (("h",), 4000, 1000), (("i",), 50_000, 1000)
    )  # fmt: skip
    ((_, found),) = READERS["cpuprofile"](text_of(profile, "cpuprofile"))
    assert found == [
        (("f",), 2000), (("g",), 1000), (("h",), 1000), (("(idle)",), 46_000), (("i",), 1000)
    ]  # fmt: skip


def test_a_count_lasts_until_the_next_sample() -> None:
    profile = timed((("f",), 0, 1), (("g",), 3000, 5), (("h",), 4000, 1), unit=COUNT)
    file = json.loads(text_of(profile, "cpuprofile"))
    assert file["timeDeltas"] == [0, 3, 1]
    assert file["endTime"] == 6  # the last one as long as usual
    assert [node["hitCount"] for node in file["nodes"]] == [0, 1, 5, 1]


@pytest.mark.parametrize("name", ["speedscope", "firefox", "folded"])
def test_decimals_are_written_as_such(name) -> None:
    profile = profile_of(([("f",)], 1500), value_type=ValueType("samples", "thousandths"))
    data = text_of(profile, name)
    if name == "folded":
        assert data == b"f 1.500\n"
    else:
        assert sums(READERS[name](data)[0][1]) == {("f",): 1.5}


def test_counts_without_times_are_milliseconds() -> None:
    profile = profile_of(([("f",)], 2), ([("g",)], 3))
    file = json.loads(text_of(profile, "cpuprofile"))
    assert (file["timeDeltas"], file["endTime"]) == ([0, 2000], 5000)
    assert [node["hitCount"] for node in file["nodes"]] == [0, 2, 3]


def test_garbage_collection_is_a_call_of_the_root_again() -> None:
    collector = ("(garbage collector)", "", -1, -1, Kind.GC)
    profile = profile_of(
        ([("f",)], 1), ([("f",), collector], 2), ([("f",), collector], 4), ([("g",)], 8)
    )
    data = text_of(profile, "cpuprofile")
    ((_, found),) = READERS["cpuprofile"](data)
    assert [stack for stack, _ in found] == [("f",), *[("(garbage collector)",)] * 2, ("g",)]
    assert [stack for stack, _ in threads_of(read_back(data, "cpuprofile"))[0][1]] == [
        stack for stack, _ in threads_of(profile)[0][1]
    ]


def test_lines_of_leaves_are_position_ticks_and_lines() -> None:
    builder = ProfileBuilder()
    function = builder.function("f", "/srv/a b.js", 1, 1, Kind.JS)
    frames = [builder.frame(function, line) for line in (7, 9)]
    tree, leaf = StackTree.from_stacks(np.ones(3, np.int64), np.array([*frames, frames[1]]))
    profile = builder.finish(
        Meta("test"),
        [ValueType("ticks", COUNT)],
        tree,
        [Thread("main", SampleTable(leaf, np.ones(3, np.int64)))],
    )
    (_, node) = json.loads(text_of(profile, "cpuprofile"))["nodes"]
    assert node["callFrame"]["url"] == "file:///srv/a%20b.js"
    assert node["positionTicks"] == [{"line": 7, "ticks": 1}, {"line": 9, "ticks": 2}]
    events = json.loads(text_of(profile, "chrome_trace"))["traceEvents"]
    assert events[-1]["args"]["data"]["lines"] == [7, 9, 9]


@given(sampled(times=True))
@example(timed((("f",), 0, 0)))
def test_a_trace_begins_after_zero(profile) -> None:
    events = json.loads(text_of(profile, "chrome_trace"))["traceEvents"]
    assert all(event["ts"] > 0 for event in events if event["ph"] != "M")
