"""CPU samples in traces: which profile a chunk belongs to, when, and what other tools say."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.devtools_trace import read, sniff
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, validate
from profkit.source import Source

SAMPLES = Path(__file__).parents[2] / "samples"
TRACES = sorted(SAMPLES.glob("*/*/*.trace.json.gz"))
IDS = [f"{path.parent.name}-{path.name.split('.')[0]}" for path in TRACES]
PAGE = next(path for path in TRACES if path.name.startswith("page."))
DEOPTS = next(path for path in TRACES if path.name.startswith("deopts."))


def node(number, name, parent=None, **more):
    frame = {"functionName": name, "scriptId": 7, "codeType": "JS", **more}
    return {"callFrame": frame, "id": number} | ({} if parent is None else {"parent": parent})


NODES = [node(1, "(root)"), node(2, "main", 1), node(3, "run", 2), node(4, "(idle)", 1)]


def head(ts, pid=10, tid=11, key="0x1", **data):
    data = {"startTime": ts, **data}
    return {"name": "Profile", "ph": "P", "pid": pid, "tid": tid, "ts": ts, "id": key,
            "args": {"data": data}}  # fmt: skip


def chunk(ts, samples=(), deltas=(), nodes=(), pid=10, key="0x1", **data):
    part = {"samples": list(samples)} | ({"nodes": list(nodes)} if nodes else {})
    data = {"cpuProfile": part, "timeDeltas": list(deltas), "lines": [0] * len(samples), **data}
    return {"name": "ProfileChunk", "ph": "P", "pid": pid, "tid": 99, "ts": ts, "id": key,
            "args": {"data": data}}  # fmt: skip


def named(what, name, pid=10, tid=11):
    return {"name": what, "ph": "M", "cat": "__metadata", "pid": pid, "tid": tid, "ts": 0,
            "args": {"name": name}}  # fmt: skip


def events():
    """Four samples, a millisecond each, of which the last has no end."""
    return [
        named("thread_name", "CrRendererMain"),
        named("process_name", "Renderer", tid=0),
        {"name": "RunTask", "ph": "X", "pid": 10, "tid": 11, "ts": 5, "dur": 9, "args": {}},
        head(1000),
        chunk(3000, [2, 3], [2, 1000], NODES),
        chunk(5000, [3, 4], [1000, 1000]),
    ]


def profile_of(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return validate(read(Source("a.json", io.BytesIO(data)), ReadOptions()))


def refusal(document):
    with pytest.raises(FormatError) as caught:
        profile_of(document)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix("a.json: ")


def function_of(profile, place):
    function = int(profile.frames.function[profile.tree.frame[place]])
    return profile.text(int(profile.functions.name[function]))


def stack_of(profile, place):
    names = []
    while place != ABSENT:
        names.append(function_of(profile, place))
        place = int(profile.tree.parent[place])
    return ";".join(reversed(names))


def by_stack(profile, thread=None, value_type=0):
    sums = Counter()
    for number, one in enumerate(profile.threads):
        if thread in (None, number):
            for place, value in zip(one.samples.node, one.samples.values, strict=True):
                sums[stack_of(profile, place)] += int(value[value_type])
    return dict(sums)


def losses(profile):
    return {f"{e.action.value} {e.count} {e.unit}: {e.cause}" for e in profile.ledger.losses}


NO_END = "repaired 1 samples: the last has no end: given the usual interval"


# --- what a trace says ----------------------------------------------------------------------------


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: {"metadata": {}, "traceEvents": e}])
def test_chunks_are_read_as_the_profile_that_they_are_parts_of(wrap):
    profile = profile_of(wrap(events()))
    assert by_stack(profile) == {"main": 10**6, "main;run": 2 * 10**6, "(idle)": 10**6}
    assert profile.threads[0].samples.time.tolist() == [1002000, 2002000, 3002000, 4002000]
    assert profile.meta.start_time == 1_000_000
    assert profile.meta.interval == 10**6
    assert losses(profile) == {NO_END}
    count = profile.ledger.count
    assert count(Action.READ, "events") == 6
    assert count(Action.USED, "events") == 5
    assert count(Action.SKIPPED, "events") == 1


def test_a_thread_has_the_names_and_ids_of_the_one_that_was_sampled():
    (thread,) = profile_of(events()).threads
    assert thread.name == "CrRendererMain"
    assert thread.process_name == "Renderer"
    assert (thread.process_id, thread.thread_id) == (10, 11)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_events_does_not_matter(seed):
    shuffled = sorted(events(), key=lambda event: event["ts"] * (seed + 2) % 7919)
    assert by_stack(profile_of(shuffled)) == by_stack(profile_of(events()))


def test_process_and_id_tell_profiles_apart():
    other = [node(1, "(root)"), node(2, "work", 1)]
    profile = profile_of([
        *events(),
        head(1000, pid=20, tid=21),
        chunk(2000, [2, 2], [5, 10], other, pid=20),
        head(1500, tid=12, key="0x2"),
        chunk(2500, [2], [5], other, key="0x2"),
    ])  # fmt: skip
    assert [(t.process_id, t.thread_id) for t in profile.threads] == [(10, 11), (20, 21), (10, 12)]
    assert by_stack(profile, 0) == by_stack(profile_of(events()))
    assert by_stack(profile, 1, 1) == {"work": 2}
    assert by_stack(profile, 2, 1) == {"work": 1}


def test_without_an_id_the_thread_tells_profiles_apart():
    without = [{k: v for k, v in e.items() if k != "id"} for e in events()]
    for event in without:
        event["tid"] = 11
    assert by_stack(profile_of(without)) == by_stack(profile_of(events()))


def test_the_end_is_where_the_last_chunk_says_by_the_clock_of_the_events():
    changed = events()
    changed[3]["args"]["data"]["startTime"] = 400  # on another clock
    changed.append(chunk(6000, endTime=5400 - 398))
    profile = profile_of(changed)
    assert profile.threads[0].samples.values[-1, 0] == 1_600_000
    assert profile.meta.end_time == 5_602_000
    assert not profile.ledger.losses


def test_a_whole_profile_in_one_event_is_read():
    whole = {"nodes": [
        {"id": 1, "hitCount": 0, "children": [2], "callFrame": {"functionName": "(root)"}},
        {"id": 2, "hitCount": 2, "callFrame": {"functionName": "main", "url": "a.js"}},
    ], "startTime": 50, "endTime": 80, "samples": [2, 2], "timeDeltas": [10, 10]}  # fmt: skip
    event = {"name": "CpuProfile", "ph": "I", "pid": 10, "tid": 11, "ts": 90}
    event["args"] = {"data": {"cpuProfile": whole}}
    profile = profile_of([named("thread_name", "main"), event])
    assert by_stack(profile) == {"main": 20_000}
    assert profile.threads[0].name == "main"
    assert not profile.ledger.losses
    whole["nodes"][0]["children"] = [7]
    at = "$[1].args.data.cpuProfile.nodes[0].children[0]"
    assert refusal([named("thread_name", "main"), event]) == f"{at}: node 7 does not exist"


def test_unknown_members_and_events_without_data_change_nothing():
    changed = events()
    changed[4]["args"]["data"]["cpuProfile"]["trace_ids"] = {"17": 2}
    changed[5]["args"]["data"] |= {"columns": "none", "source": "Internal", "new": [1]}
    changed += [{**chunk(7000), "args": {}}, {**head(7000), "id": "0x7", "args": {}}]
    profile = profile_of(changed)
    assert by_stack(profile) == by_stack(profile_of(events()))
    assert losses(profile) == {NO_END}


# --- what is missing ------------------------------------------------------------------------------


def test_a_cut_file_gives_the_chunks_that_are_whole():
    text = json.dumps(events()).encode()
    profile = profile_of(text[:-30])
    assert by_stack(profile, value_type=1) == {"main": 1, "main;run": 1}
    assert "dropped 1 events: cut short: the file ends within it" in losses(profile)


def test_a_profile_without_its_beginning_is_timed_by_its_first_chunk():
    profile = profile_of([e for e in events() if e["name"] != "Profile"])
    assert profile.threads[0].samples.time.tolist() == [
        2_000_000,
        *range(3 * 10**6, 6 * 10**6, 10**6),
    ]
    assert profile.threads[0].thread_id == -1
    assert "repaired 1 profiles: whose beginning is missing: timed by what is left" in losses(
        profile
    )


def test_nodes_whose_callers_are_lost_are_placed_at_the_root():
    changed = [e for e in events() if e["ts"] != 3000]
    changed[-1]["args"]["data"]["cpuProfile"]["nodes"] = [node(4, "leaf", 3)]
    profile = profile_of(changed)
    assert by_stack(profile, value_type=1) == {"leaf": 1}
    assert "dropped 1 samples: of a node that does not exist" in losses(profile)


def test_samples_none_of_which_has_a_node_are_counted():
    changed = [*events(), head(1000, tid=12, key="0x2"), chunk(2000, [8, 9], [1, 1], key="0x2")]
    profile = profile_of(changed)
    assert by_stack(profile) == by_stack(profile_of(events()))
    assert "dropped 2 samples: of a profile of which no node is known" in losses(profile)
    assert profile.ledger.count(Action.READ, "samples") == 6


# --- several profiles of a thread -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("sources", "kept"),
    [
        (("Inspector", "Internal"), "second"),
        (("Internal", "Inspector"), "first"),
        (("SelfProfiling", "Inspector"), "second"),
        ((None, None), "first"),
    ],
)
def test_of_two_profiles_of_a_thread_at_one_time_the_one_of_devtools_is_kept(sources, kept):
    made = []
    for name, source in zip(("first", "second"), sources, strict=True):
        data = {} if source is None else {"source": source}
        nodes = [node(1, "(root)"), node(2, name, 1)]
        made += [head(1000, key=name, **data), chunk(9000, [2, 2], [5, 5], nodes, key=name)]
    profile = profile_of(made)
    assert by_stack(profile, value_type=1) == {kept: 2}
    cause = "of another profile of the same thread at the same time"
    assert f"dropped 2 samples: {cause}" in losses(profile)
    assert profile.ledger.count(Action.READ, "samples") == 4


def test_two_profiles_of_a_thread_one_after_the_other_are_both_kept():
    later = [head(9000, key="0x2"), chunk(9900, [2], [5], NODES, key="0x2")]
    profile = profile_of(events() + later)
    assert len(profile.threads) == 2
    assert sum(by_stack(profile, value_type=1).values()) == 5


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [[], {"traceEvents": []}, events()[:4], [head(5), chunk(6)]])
def test_a_trace_without_cpu_samples_says_what_to_record(document):
    with pytest.raises(EmptyInputError, match="disabled-by-default-v8"):
        profile_of(document)


def test_a_trace_that_is_cut_before_its_samples_says_so():
    with pytest.raises(EmptyInputError, match="up to the place where it is cut short"):
        profile_of(json.dumps(events()).encode()[:200])


def changed(path, value):
    """Return the events with a value exchanged, or removed where it is ``...``."""
    document = deepcopy(events())
    here = document
    for key in path[:-1]:
        here = here[key]
    if value is ...:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    return document


CHUNK = (4, "args", "data")
PART = (*CHUNK, "cpuProfile")
AT, ONE = "$[4].args.data", "process 10, profile '0x1', $"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ((3, "ts"), ..., "$[3]: the event has no time, `ts`"),
        ((3, "ts"), "soon", "$[3].ts: expected `int | float`, got `str`"),
        ((3, "ts"), 2**63, ONE + ".startTime: the times are beyond 64 bits"),
        ((4, "ts"), [], "$[4].ts: expected `int | float`, got `array`"),
        ((3, "pid"), ..., "$[3]: object missing required field `pid`"),
        ((3, "pid"), {}, "$[3].pid: expected `int | str`, got `object`"),
        ((3, "id"), 1.5, "$[3].id: expected `int | str | null`, got `float`"),
        ((3, "args"), 7, "$[3].args: expected `object`, got `int`"),
        ((0, "args", "name"), 7, "$[0].args.name: expected `str | null`, got `int`"),
        (CHUNK, [], "$[4].args.data: expected `object | null`, got `array`"),
        (PART, "", AT + ".cpuProfile: expected `object`, got `str`"),
        ((*PART, "nodes"), {}, AT + ".cpuProfile.nodes: expected `array | null`"),
        ((*PART, "nodes", 1, "id"), ..., AT + ".cpuProfile.nodes[1]: object missing"),
        ((*PART, "nodes", 1, "id"), "x", AT + ".cpuProfile.nodes[1].id: expected `int`"),
        ((*PART, "nodes", 1, "id"), 2**63, ONE + ".nodes: a number is beyond"),
        ((*PART, "nodes", 1, "id"), 3, ONE + ".nodes[2].id: another node has"),
        ((*PART, "nodes", 1, "parent"), 3, ONE + ".nodes[1]: the node is amo"),
        ((*PART, "nodes", 1, "callFrame"), ..., AT + ".cpuProfile.nodes[1]: object missing"),
        ((*PART, "nodes", 1, "callFrame"), 7, ONE + ".nodes[1].callFrame: exp"),
        ((*PART, "samples"), {}, AT + ".cpuProfile.samples: expected `array`"),
        ((*PART, "samples", 0), 1.5, AT + ".cpuProfile.samples[0]: expected `int`"),
        ((*PART, "samples", 0), 2**63, AT + ".cpuProfile.samples: a number is beyond 64"),
        ((*CHUNK, "timeDeltas"), ..., AT + ".timeDeltas: there are 0 of them for 2 samples"),
        ((*CHUNK, "timeDeltas", 0), "x", AT + ".timeDeltas[0]: expected `int | float`"),
        ((*CHUNK, "timeDeltas", 0), 2**63, AT + ".timeDeltas: a number is beyond 64 bits"),
        ((*CHUNK, "timeDeltas", 0), 1e300, ONE + ".timeDeltas: the times are"),
        ((*CHUNK, "endTime"), "x", AT + ".endTime: expected `int | float | null`"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place(path, value, expected):
    assert refusal(changed(path, value)).startswith(expected)


@pytest.mark.parametrize(
    "name",
    ["x" * 10**6, "\x1b[31m\n\x00", '},{"name":"ProfileChunk"'],
    ids=["long", "control", "brackets"],
)  # fmt: skip
def test_names_may_be_anything_that_is_text(name):
    document = changed((*PART, "nodes", 1, "callFrame", "functionName"), name)
    assert by_stack(profile_of(document))[name] == 10**6


def test_a_name_of_half_a_character_is_refused():
    document = changed((*PART, "nodes", 1, "callFrame", "functionName"), "\ud800 alone")
    assert "JSON is malformed" in refusal(document)


def test_a_name_of_a_profile_does_not_break_the_line_of_an_error():
    document = changed((*PART, "nodes", 1, "parent"), 3)
    document[3]["id"] = document[4]["id"] = document[5]["id"] = "a\nb"
    assert "profile 'a\\nb'" in refusal(document)


def test_it_is_told_by_its_keys():
    assert sniff(json.dumps(events()).encode()) is True


# --- recordings -----------------------------------------------------------------------------------


def test_a_page_and_its_worker_are_two_threads():
    profile = load(PAGE)
    assert profile.meta.producer.startswith("HeadlessChrome/")
    assert [t.name for t in profile.threads] == ["CrRendererMain", "DedicatedWorker thread"]
    assert {t.process_name for t in profile.threads} == {"Renderer"}
    assert "render" in {name.split(";")[-1] for name in by_stack(profile, 0)}
    assert "onmessage;hashRows;hash" in by_stack(profile, 1)


def test_a_trace_of_node_is_read():
    profile = load(DEOPTS)
    assert [t.name for t in profile.threads] == ["JavaScriptMainThread"]
    assert profile.threads[0].process_name.endswith("bin/node")
    assert profile.sample_count > 20_000


def test_chunks_have_no_hit_counts_so_no_sample_counts_as_extra():
    """What deoptimises has more time than its hits say: 61 %, by the .cpuprofile beside it."""
    profile = load(DEOPTS)
    assert not any("extra" in entry.cause for entry in profile.ledger.entries)
    sums = by_stack(profile)
    unsteady = sum(v for name, v in sums.items() if name.split(";")[-1].startswith("add"))
    assert 0.65 < unsteady / sum(sums.values()) < 0.85


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*/*/*.cpuprofile.gz"))[-3:], ids=str)
def test_a_cpuprofile_in_chunks_says_what_it_says_as_a_file(path, tmp_path):
    document = json.loads(gzip.decompress(path.read_bytes()))
    parents = {c: n["id"] for n in document["nodes"] for c in n.get("children", ())}
    nodes = []
    for one in document["nodes"]:
        del one["hitCount"]  # as chunks have none
        nodes.append(node(one["id"], "", parents.get(one["id"])) | {"callFrame": one["callFrame"]})
    start = document["startTime"]
    made = [head(start, startTime=7), chunk(start + 1, nodes=nodes)]
    made += [
        chunk(
            start + 2 + at, document["samples"][at : at + 99], document["timeDeltas"][at : at + 99]
        )
        for at in range(0, len(document["samples"]), 99)
    ]
    made.append(chunk(document["endTime"], endTime=document["endTime"] - start + 7))
    made.sort(key=lambda event: event["ts"] % 7919)
    whole = tmp_path / "whole.cpuprofile"
    whole.write_text(json.dumps(document))
    in_chunks = tmp_path / "chunks.json"
    in_chunks.write_text(json.dumps({"traceEvents": made}, indent=1))
    expected, found = load(whole), load(in_chunks)
    assert by_stack(found) == by_stack(expected)
    assert found.threads[0].samples.time.tolist() == expected.threads[0].samples.time.tolist()
    assert found.meta.end_time == expected.meta.end_time


def figures_of(path):
    beside = path.with_name(path.name.replace(".json.gz", ".figures.json.gz"))
    return json.loads(gzip.decompress(beside.read_bytes()))


def self_times(profile, nodes, durations):
    """Sum microseconds by function as tools name it: name, URL and line, from 0."""
    sums = Counter()
    for place, duration in zip(nodes.tolist(), durations.tolist(), strict=True):
        function = int(profile.frames.function[profile.tree.frame[place]])
        name = profile.text(int(profile.functions.name[function]))
        url = profile.text(int(profile.functions.file[function]))
        line = int(profile.functions.line[function])
        sums["" if name == "(anonymous)" else name, url, line] += duration / 1000
    return sums


def as_devtools_has_it(profile, samples):
    """Apply the two differences that the reference page tells of.

    A single (program) between two samples of one root becomes the sample before it, and the last
    sample stands for the mean interval.
    """
    kind = profile.kind_of_node
    roots = {}
    for place in range(len(profile.tree)):
        parent = int(profile.tree.parent[place])
        roots[place] = place if parent == ABSENT else roots[parent]
    nodes, original = samples.node.copy(), samples.node.tolist()
    system = {Kind.PROGRAM, Kind.GC, Kind.IDLE}
    for at in range(1, len(original) - 1):
        before, here, after = original[at - 1 : at + 2]
        around = {int(kind[before]), int(kind[after])}
        if kind[here] == Kind.PROGRAM and not around & system and roots[before] == roots[after]:
            nodes[at] = before
    durations = samples.values[:, 0].astype(float)
    durations[-1] = (samples.time[-1] - samples.time[0]) / (len(nodes) - 1)
    # A collection stands on what it interrupted, which may have become something else.
    return self_times(profile, nodes, durations)


@pytest.mark.parametrize("path", TRACES, ids=IDS)
def test_self_times_are_those_of_devtools(path):
    profile = load(path)
    figures = figures_of(path)["devtools"]
    assert len(figures) == len(profile.threads)
    for thread in profile.threads:
        theirs = Counter()
        for name, url, line, _, microseconds in figures[f"{thread.process_id} {thread.thread_id}"]:
            theirs[name, url.removeprefix("file://"), line + 1 if line >= 0 else -1] += microseconds
        ours = as_devtools_has_it(profile, thread.samples)
        assert {k: v for k, v in ours.items() if v} == pytest.approx(
            {k: v for k, v in theirs.items() if v}, abs=0.01
        )


def test_self_times_are_those_of_speedscope():
    """But for functions of no script, and for time that goes backwards, which it takes for none."""
    profile = load(PAGE)
    document = json.loads(gzip.decompress(PAGE.read_bytes()))
    backwards = Counter()
    for event in document["traceEvents"]:
        if event["name"] == "ProfileChunk":
            deltas = event["args"]["data"]["timeDeltas"]
            backwards[event["id"]] += sum(-delta for delta in deltas if delta < 0)
    slack = dict(zip(("CrRendererMain", "DedicatedWorker thread"), sorted(backwards), strict=True))
    for name, theirs in figures_of(PAGE)["speedscope"].items():
        (thread,) = (t for t in profile.threads if name.endswith(t.name))
        ours = self_times(profile, thread.samples.node, thread.samples.values[:, 0])
        compared = [row for row in theirs if row[1] and not row[0].startswith("(anonymous")]
        assert len(compared) >= 5
        for function, url, line, _, microseconds in compared:
            assert ours[function, url, line] == pytest.approx(
                microseconds, abs=backwards[slack[thread.name]] + 0.01
            )
