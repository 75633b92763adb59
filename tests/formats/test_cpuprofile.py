"""What a .cpuprofile says, form by form, and what becomes of what makes no sense in it."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.cpuprofile import read, schema, sniff
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, validate
from profkit.source import HEAD_SIZE, Source

SAMPLES = Path(__file__).parents[2] / "samples"
RECORDINGS = sorted(SAMPLES.glob("*/*/*.cpuprofile.gz"))
IDS = [f"{path.parent.name}-{path.name.split('.')[0]}" for path in RECORDINGS]


def frame(name, url="file:///srv/api/server.js", line=0, column=0):
    return {
        "functionName": name,
        "scriptId": "7",
        "url": url,
        "lineNumber": line,
        "columnNumber": column,
    }


def node(number, name, hits=None, children=(), **call_frame):
    if name.startswith("(") and name != "(anonymous)":
        call_frame = {"url": "", "line": -1, "column": -1}
    answer = {"id": number, "callFrame": frame(name, **call_frame)}
    if hits is not None:
        answer["hitCount"] = hits
    if children:
        answer["children"] = list(children)
    return answer


def recording(**changes):
    """Give four samples, a millisecond each: main calls run, then idles."""
    document = {
        "nodes": [
            node(1, "(root)", 0, [2, 4]),
            node(2, "main", 1, [3]),
            node(3, "run", 2),
            node(4, "(idle)", 1),
        ],
        "startTime": 1_000_000,
        "endTime": 1_004_002,
        "samples": [2, 3, 3, 4],
        "timeDeltas": [2, 1000, 1000, 1000],
    }
    document.update(changes)
    return {key: value for key, value in document.items() if value is not None}


def profile_of(document):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return validate(read(Source("a.cpuprofile", io.BytesIO(data)), ReadOptions()))


def refusal(document):
    with pytest.raises(FormatError) as caught:
        profile_of(document)
    return caught.value


def name_of(profile, place):
    return profile.text(int(profile.functions.name[profile.frames.function[place]]))


def stack_of(profile, place):
    names = []
    while place != ABSENT:
        names.append(name_of(profile, int(profile.tree.frame[place])))
        place = int(profile.tree.parent[place])
    return ";".join(reversed(names))


def by_stack(profile, value_type=0):
    """Return what each stack counts by itself, in the words of folded stacks."""
    own = profile.self_values(value_type).tolist()
    return {stack_of(profile, place): value for place, value in enumerate(own) if value}


def losses(profile):
    return {(e.action, e.unit): (e.count, e.example) for e in profile.ledger.losses}


# --- what a sample counts -------------------------------------------------------------------


def test_a_sample_stands_until_the_next_and_the_last_until_the_end():
    profile = profile_of(recording(timeDeltas=[2, 1000, 700, 1300]))

    samples = profile.threads[0].samples
    start = 1_000_002_000
    assert samples.time.tolist() == [start, start + 10**6, start + 1_700_000, start + 3 * 10**6]
    assert samples.values.tolist() == [[10**6, 1], [700_000, 1], [1_300_000, 1], [10**6, 1]]
    assert [(t.type, t.unit) for t in profile.value_types] == [
        ("cpu", "nanoseconds"),
        ("samples", "count"),
    ]
    assert profile.meta.start_time == 1_000_000_000
    assert profile.meta.end_time == 1_004_002_000
    assert profile.meta.interval == 10**6
    assert profile.ledger.count(Action.READ, "samples") == 4
    assert not profile.ledger.losses


def test_the_root_is_no_frame_and_its_children_are_the_roots():
    profile = profile_of(recording())
    assert by_stack(profile) == {"main": 10**6, "main;run": 2 * 10**6, "(idle)": 10**6}


def test_the_root_stays_where_it_was_sampled_itself():
    nodes = [node(1, "(root)", 1, [2]), node(2, "main", 1)]
    profile = profile_of(recording(nodes=nodes, samples=[1, 2], timeDeltas=[0, 5]))
    assert by_stack(profile, 1) == {"(root)": 1, "main": 1}
    kinds = profile.kind_of_node.tolist()
    assert kinds.count(Kind.ROOT) == 1


@pytest.mark.parametrize("end", [None, 1_002_502, 5])
def test_the_last_sample_gets_the_usual_interval_where_the_end_is_unknown(end):
    profile = profile_of(recording(endTime=end, timeDeltas=[2, 1000, 500, 1000]))
    assert profile.threads[0].samples.values[-1].tolist() == [10**6, 1]
    assert losses(profile) == {(Action.REPAIRED, "samples"): (1, "")}


def test_a_sample_that_comes_too_early_is_put_in_order():
    profile = profile_of(recording(timeDeltas=[2, 2000, -500, 1500], samples=[2, 3, 4, 3]))

    start = 1_000_002_000
    samples = profile.threads[0].samples
    assert samples.time.tolist() == [start, start + 1_500_000, start + 2 * 10**6, start + 3 * 10**6]
    assert by_stack(profile) == {"main": 1_500_000, "(idle)": 500_000, "main;run": 2 * 10**6}
    assert losses(profile) == {(Action.REPAIRED, "samples"): (1, "$.samples[2]")}


def test_a_sample_before_the_start_is_in_order():
    profile = profile_of(recording(timeDeltas=[-2, 1000, 1000, 1000]))
    assert profile.threads[0].samples.time[0] == 999_998_000
    assert not profile.ledger.losses


def test_samples_of_a_missing_node_are_dropped_with_their_time():
    profile = profile_of(recording(samples=[2, 9, 3, 4]))
    assert by_stack(profile) == {"main": 10**6, "main;run": 10**6, "(idle)": 10**6}
    assert losses(profile) == {(Action.DROPPED, "samples"): (1, "$.samples[1]")}


def test_times_may_have_fractions():
    profile = profile_of(recording(timeDeltas=[2, 1000.25, 999.75, 1000]))
    assert profile.threads[0].samples.values[:, 0].tolist() == [1_000_250, 999_750, 10**6, 10**6]


def test_a_time_more_than_samples_is_the_end():
    profile = profile_of(recording(timeDeltas=[2, 1000, 1000, 1000, 77]))
    assert profile.threads[0].samples.values[-1, 0] == 77_000


def test_timestamps_do_for_deltas():
    times = [1_000_002, 1_001_002, 1_002_002, 1_003_002]
    profile = profile_of(recording(timeDeltas=None, timestamps=times))
    assert by_stack(profile) == by_stack(profile_of(recording()))


def test_timestamps_of_another_clock_than_the_start_have_no_end():
    profile = profile_of(recording(timeDeltas=None, timestamps=[5, 10, 15, 20]))
    assert profile.threads[0].samples.values[:, 0].tolist() == [5000] * 4
    assert profile.meta.start_time == 5000


def test_without_times_samples_are_spread_evenly():
    profile = profile_of(recording(timeDeltas=None, endTime=1_000_002))
    assert profile.threads[0].samples.values[:, 0].tolist() == [500] * 4
    assert losses(profile) == {(Action.REPAIRED, "samples"): (4, "")}


def test_without_times_and_ends_samples_only_count():
    profile = profile_of(recording(timeDeltas=None, startTime=None, endTime=None))
    assert [t.type for t in profile.value_types] == ["samples"]
    assert profile.threads[0].samples.time is None
    assert by_stack(profile) == {"main": 1, "main;run": 2, "(idle)": 1}


@pytest.mark.parametrize("samples", [None, []])
def test_hit_counts_do_for_samples(samples):
    profile = profile_of(recording(samples=samples, timeDeltas=None, endTime=1_000_010))
    assert by_stack(profile, 1) == {"main": 1, "main;run": 2, "(idle)": 1}
    assert by_stack(profile) == {"main": 2500, "main;run": 5000, "(idle)": 2500}
    assert profile.threads[0].samples.time is None


def test_hit_counts_without_times_only_count():
    profile = profile_of(recording(samples=None, timeDeltas=None, endTime=None))
    assert by_stack(profile) == {"main": 1, "main;run": 2, "(idle)": 1}


def test_missing_hit_counts_change_nothing():
    nodes = [{k: v for k, v in n.items() if k != "hitCount"} for n in recording()["nodes"]]
    assert by_stack(profile_of(recording(nodes=nodes))) == by_stack(profile_of(recording()))


# --- garbage collection ---------------------------------------------------------------------


def collected(samples):
    nodes = [
        node(1, "(root)", 0, [2, 4, 5, 6]),
        node(2, "main", None, [3]),
        node(3, "run"),
        node(4, "(garbage collector)"),
        node(5, "(idle)"),
        node(6, "(program)"),
    ]
    deltas = [0] + [1] * (len(samples) - 1)
    end = 1_000_000 + len(samples)
    return profile_of(recording(nodes=nodes, samples=samples, timeDeltas=deltas, endTime=end))


def test_a_collection_belongs_to_the_stack_that_it_interrupted():
    profile = collected([3, 4, 4, 2, 4, 3, 4])
    assert by_stack(profile, 1) == {
        "main": 1,
        "main;run": 2,
        "main;run;(garbage collector)": 3,
        "main;(garbage collector)": 1,
    }
    assert Counter(profile.kind_of_node.tolist())[Kind.GC] == 2


def test_a_collection_that_interrupts_nothing_stays_at_the_root():
    assert by_stack(collected([4, 4, 3]), 1) == {"(garbage collector)": 2, "main;run": 1}
    assert by_stack(collected([5, 4]), 1) == {"(idle)": 1, "(garbage collector)": 1}


def test_a_collection_in_native_code_belongs_to_the_program():
    assert by_stack(collected([6, 4]), 1) == {"(program)": 1, "(program);(garbage collector)": 1}


# --- functions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call_frame", "expected"),
    [
        (frame("f", line=11, column=4), ("f", "/srv/api/server.js", 12, 5, Kind.JS)),
        (frame("", line=0, column=0), ("(anonymous)", "/srv/api/server.js", 1, 1, Kind.JS)),
        (frame("readSync", "node:fs", 700, 17), ("readSync", "node:fs", 701, 18, Kind.JS)),
        (frame("f", "file:///srv/my%20api/a.js"), ("f", "/srv/my api/a.js", 1, 1, Kind.JS)),
        (frame("f", "file:///C:/api/a.js"), ("f", "C:/api/a.js", 1, 1, Kind.JS)),
        (frame("f", "http://x/a.js?v=1"), ("f", "http://x/a.js?v=1", 1, 1, Kind.JS)),
        (frame("f", "http://x/a.py"), ("f", "http://x/a.py", 1, 1, Kind.JS)),
        (frame("f", "file:///srv/page"), ("f", "/srv/page", 1, 1, Kind.JS)),
        (frame("f", "file:///srv/a.py"), ("f", "/srv/a.py", 1, 1, Kind.PYTHON)),
        (frame("f", "<frozen os>", 9, -1), ("f", "<frozen os>", 10, -1, Kind.PYTHON)),
        (frame("len", "<built-in>", -1, -1), ("len", "<built-in>", -1, -1, Kind.BUILTIN)),
        (frame("poll", "libc.so.6", -1, -1), ("poll", "libc.so.6", -1, -1, Kind.NATIVE)),
        (frame("f", "wasm://wasm/0a1b"), ("f", "wasm://wasm/0a1b", 1, 1, Kind.WASM)),
        (frame("f", "wasm ", -1, -1), ("f", "", -1, -1, Kind.WASM)),
        (frame("writev", "", -1, -1), ("writev", "", -1, -1, Kind.BUILTIN)),
        (frame("ret", "", 3, 1), ("ret", "", 4, 2, Kind.JS)),
        (frame("RegExp: ^a;b$", "", -1, -1), ("RegExp: ^a;b$", "", -1, -1, Kind.REGEXP)),
        (frame("(program)", "", -1, -1), ("(program)", "", -1, -1, Kind.PROGRAM)),
        (frame("(idle)", "", -1, -1), ("(idle)", "", -1, -1, Kind.IDLE)),
        (frame("(idle)", "http://x/a.js"), ("(idle)", "http://x/a.js", 1, 1, Kind.JS)),
        ({"functionName": "f"}, ("f", "", -1, -1, Kind.BUILTIN)),
        ({"functionName": None, "url": None}, ("(anonymous)", "", -1, -1, Kind.BUILTIN)),
        (
            {"functionName": "f", "scriptId": 7, "url": "a.js", "lineNumber": 1},
            ("f", "a.js", 2, -1, Kind.JS),
        ),
    ],
)
def test_a_call_frame_becomes_a_function(call_frame, expected):
    nodes = [node(1, "(root)", 0, [2]), {"id": 2, "callFrame": call_frame}]
    profile = profile_of(recording(nodes=nodes, samples=[2], timeDeltas=[0]))
    table = profile.functions
    function = int(profile.function_of_node[0])
    assert (
        profile.text(int(table.name[function])),
        profile.text(int(table.file[function])),
        int(table.line[function]),
        int(table.column[function]),
        int(table.kind[function]),
    ) == expected


def test_siblings_of_one_function_become_one_node():
    nodes = [node(1, "(root)", 0, [2, 3]), node(2, "f", 1), node(3, "f", 1)]
    profile = profile_of(recording(nodes=nodes, samples=[2, 3], timeDeltas=[0, 5]))
    assert len(profile.tree) == 1
    assert by_stack(profile, 1) == {"f": 2}


# --- forms of the file ----------------------------------------------------------------------


def expected():
    return by_stack(profile_of(recording()))


def test_nodes_may_stand_in_any_order_with_any_ids():
    for rename in (lambda n: 10**12 * n - 7, lambda n: -n, lambda n: f"{n}"):
        nodes = [
            {**n, "id": rename(n["id"]), "children": [rename(c) for c in n.get("children", ())]}
            for n in reversed(recording()["nodes"])
        ]
        samples = [rename(n) for n in recording()["samples"]]
        assert by_stack(profile_of(recording(nodes=nodes, samples=samples))) == expected()


def test_links_to_parents_do_for_children():
    parents = {1: None, 2: 1, 3: 2, 4: 1}
    nodes = [
        {"id": n["id"], "callFrame": n["callFrame"], "parent": parents[n["id"]]}
        for n in recording()["nodes"]
    ]
    assert by_stack(profile_of(recording(nodes=nodes))) == expected()
    nodes[0].pop("parent")
    assert by_stack(profile_of(recording(nodes=nodes))) == expected()


@pytest.mark.parametrize("wrap", ["profile", "cpuProfile", "result.profile"])
def test_wrapped_profiles_are_unwrapped(wrap):
    document = recording()
    for key in reversed(wrap.split(".")):
        document = {"id": 3, key: document}
    assert by_stack(profile_of(document)) == expected()
    assert sniff(json.dumps(document).encode())
    document = recording(timeDeltas=[1])
    for key in reversed(wrap.split(".")):
        document = {key: document}
    assert refusal(document).where == f"$.{wrap}.timeDeltas"


def head_of(number, name, hits, *children):
    flat = frame(name, line=1, column=1)
    if name.startswith("("):
        flat = frame(name, "", 0, 0)
    return {**flat, "id": number, "hitCount": hits, "children": list(children)}


def test_a_nested_head_is_the_same_profile():
    head = head_of(
        1, "(root)", 0, head_of(2, "main", 1, head_of(3, "run", 2)), head_of(4, "(idle)", 1)
    )
    document = {
        "head": head,
        "startTime": 1.0,
        "endTime": 1.004002,
        "samples": [2, 3, 3, 4],
        "timestamps": [1_000_002, 1_001_002, 1_002_002, 1_003_002],
    }
    profile = profile_of(document)
    assert by_stack(profile) == expected()
    assert profile.functions.line.tolist() == profile_of(recording()).functions.line.tolist()
    assert sniff(json.dumps(document).encode())


@pytest.mark.parametrize("depth", [200, 3_000])
@pytest.mark.parametrize("wrap", [False, True])
def test_a_nested_head_may_be_deep(depth, wrap):
    texts = [
        json.dumps(head_of(n, f"f{n}", 1))[:-2].replace('"children": [', '"children" :\n[ ')
        for n in range(1, depth + 1)
    ]
    twin = json.dumps(head_of(depth + 1, 'say "{[\\', 1))
    text = "".join(texts) + "]}" * (depth - 1) + f", {twin}" + "]}"
    times = '"startTime": 1.0, "endTime": 1.000004, "timestamps": [1000000, 1000001, 1000003]'
    text = f'{{{times}, "head": {text}, "samples": [{depth}, {depth + 1}, 1]}}'
    data = f'{{"profile": {text}}}' if wrap else text
    profile = profile_of(data.encode())
    names = [f"f{n}" for n in range(1, depth + 1)]
    assert by_stack(profile) == {
        ";".join(names): 1000,
        'f1;say "{[\\': 2000,
        "f1": 1000,
    }


def test_a_node_of_a_deep_head_is_refused_like_any_other():
    text = '{"head":' + '{"id":1,"children":[' * 2_000 + "]}" * 2_000 + "}"
    assert refusal(text.encode()).message.startswith("another node has the id 1 too")
    assert refusal(text.replace('"id":1', '"id":{}').encode()).where == "$.head.id"


def test_a_node_that_nobody_calls_is_placed_at_the_root():
    nodes = [*recording()["nodes"], node(5, "lost", 1)]
    profile = profile_of(
        recording(nodes=nodes, samples=[2, 3, 3, 4, 5], timeDeltas=[2, 1000, 1000, 1000, 500])
    )
    assert by_stack(profile) == {**expected(), "(idle)": 500_000, "lost": 500_000}
    assert losses(profile) == {(Action.REPAIRED, "nodes"): (1, "")}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_obstacle(encoding):
    data = json.dumps(recording()).encode(encoding)
    assert by_stack(profile_of(data)) == expected()
    assert sniff(data)


def test_stacks_may_be_deep():
    depth = 10_000
    nodes = [node(n, f"f{n}", None, [n + 1]) for n in range(1, depth)] + [node(depth, "leaf")]
    profile = profile_of(recording(nodes=nodes, samples=[depth], timeDeltas=[0]))
    assert len(profile.tree) == depth
    assert int(profile.tree.depth.max()) == depth - 1


def test_nodes_file_name_tells_process_and_thread():
    def thread(name):
        data = json.dumps(recording()).encode()
        return read(Source(name, io.BytesIO(data)), ReadOptions()).threads[0]

    main = thread("/srv/CPU.20260101.120000.4242.0.001.cpuprofile.gz")
    worker = thread("CPU.20260101.120000.4242.3.002.cpuprofile")
    assert (main.name, main.process_id, main.thread_id) == ("main", 4242, 0)
    assert (worker.name, worker.process_id, worker.thread_id) == ("worker 3", 4242, 3)
    assert (thread("a.cpuprofile").name, thread("a.cpuprofile").process_id) == ("", -1)


@pytest.mark.parametrize("batch", [0, 60, 300])
@pytest.mark.parametrize("indent", [None, 1])
def test_nodes_decoded_in_batches_are_the_same(monkeypatch, batch, indent):
    monkeypatch.setattr(schema, "_BATCH", batch)
    assert by_stack(profile_of(json.dumps(recording(), indent=indent).encode())) == expected()
    # What looks like the next node may be part of one.
    parts = changed(1, functionName='a"},{"id":1', parts=[{"id": 1}, {"id": 2}, {"id": 3}])
    assert by_stack(profile_of(json.dumps(parts, indent=indent).encode())) == expected()
    error = refusal(json.dumps(changed(3, hitCount="x"), indent=indent).encode())
    assert error.where == "$.nodes[3].hitCount"


# --- what makes no sense --------------------------------------------------------------------


def changed(row, **changes):
    nodes = recording()["nodes"]
    nodes[row] |= changes
    return recording(nodes=nodes)


@pytest.mark.parametrize(
    ("document", "where", "message"),
    [
        (changed(1, children=[3, 9]), "$.nodes[1].children[1]", "node 9 does not exist"),
        (changed(1, children=[3, 4]), "$.nodes[1].children[1]", "node 4 is a child already"),
        (changed(1, children=[3, 3]), "$.nodes[1].children[1]", "node 3 is a child already"),
        (changed(3, id=2), "$.nodes[3].id", "another node has the id 2 too"),
        (changed(3, id=2 * 10**15), "$.nodes[0].children[1]", "node 4 does not exist"),
        (changed(3, parent=77), "$.nodes[3].parent", "node 77 does not exist"),
        (changed(2, children=[1]), "$.nodes[0]", "the node is among its own ancestors"),
        (changed(3, children=[4]), "$.nodes[3].children[0]", "node 4 is a child already"),
        (changed(2, hitCount=-1), "$.nodes[2].hitCount", "expected `int` >= 0"),
        (changed(2, id="x"), "$.nodes[2].id", "expected `int`, got `str`"),
        (changed(2, id=2**70), "$.nodes", "a number is beyond 64 bits"),
        (changed(2, callFrame=3), "$.nodes[2].callFrame", "expected `object`, got `int`"),
        (
            changed(2, callFrame=frame("f", line="x")),
            "$.nodes[2].callFrame.lineNumber",
            "expected `int | null`, got `str`",
        ),
        (changed(2, callFrame=frame("f", line=2**40)), "", "a line or column is beyond 2^31"),
        ({"nodes": [{"id": 1}]}, "$.nodes[0]", "object missing required field `callFrame`"),
        ({"nodes": 3}, "$.nodes", "expected `array`, got `int`"),
        ({"samples": []}, "$", "a CPU profile has `nodes`, and here are none"),
        (recording(samples=[1, {}]), "$.samples[1]", "expected `int`, got `object`"),
        (recording(samples=[1, 2.5]), "$.samples[1]", "expected `int`, got `float`"),
        (recording(samples=[1, 2**65]), "$.samples", "a number is beyond 64 bits"),
        (recording(timeDeltas=[1]), "$.timeDeltas", "there are 1 of them for 4 samples"),
        (recording(timeDeltas=[]), "$.timeDeltas", "there are 0 of them for 4 samples"),
        (recording(timeDeltas=None, timestamps=[]), "$.timestamps", "there are 0 of them for"),
        (recording(timeDeltas=[0, 0, 0, 10**17]), "$.timeDeltas", "the times are beyond 64 bits"),
        (recording(startTime=1e300), "$.startTime", "the times are beyond 64 bits"),
        (recording(endTime=10**400), "$.endTime", "the times are beyond 64 bits"),
        (recording(startTime="soon"), "$.startTime", "expected `"),
        (
            {"head": {**head_of(1, "(root)", 0), "selfSize": 0}},
            "",
            "this is a heap profile (allocated bytes); a CPU profile is expected",
        ),
        (b'{"nodes":[{"id":1', "byte 17", "input data was truncated"),
        (b'{"nodes":[}', "byte 10", "JSON is malformed: "),
        (b'{"nodes":[{"id":NaN}]}', "byte 16", "JSON is malformed: "),
        (b'{"head":' + b'{"id":1,"children":[' * 20_000, "byte 400008", "input data was truncated"),
        (b'{"head":{"id":1}' + b"]" * 3, "byte 16", "JSON is malformed: "),
        (b'{"head":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "$", "is nested too deeply"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(document, where, message):
    error = refusal(document)
    assert error.where == where
    assert error.message.startswith(message)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "document",
    [
        recording(samples=[], nodes=[node(1, "(root)", 0)]),
        recording(samples=None, nodes=[]),
        recording(samples=[99, 98, 97, 96]),
    ],
)
def test_a_profile_without_samples_is_empty(document):
    error = refusal(document)
    assert isinstance(error, EmptyInputError)
    assert error.message == "holds no samples"


# --- telling the format ---------------------------------------------------------------------


@given(st.permutations(list(recording())), st.sampled_from([None, 2]), st.integers(0, 40))
def test_a_profile_is_told_whatever_the_order_of_its_keys(keys, indent, blank):
    document = {key: recording()[key] for key in keys}
    data = b" \n" * blank + json.dumps(document, indent=indent).encode()
    assert sniff(data) is True


def test_a_profile_may_begin_with_more_samples_than_the_head_holds():
    document = {"samples": [2] * HEAD_SIZE, **recording(samples=None)}
    assert sniff(json.dumps(document).encode()[:HEAD_SIZE]) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"main;run 12\n",
        b"v8-version,12,4\n",
        b"[1, 2]",
        b'{"traceEvents": [{"args": {"data": {"timeDeltas": [1]}}}]}',
        b'{"snapshot": {"meta": {}}, "nodes": [9, 1, 4], "samples": []}',
        b'{"$schema": "x", "shared": {"frames": []}, "profiles": []}',
        b'{"name": "nodes", "text": "\\"timeDeltas\\":"}',
        b'{"deep": {"timeDeltas": []}}',
    ],
)
def test_other_files_are_no_profile(data):
    assert sniff(data) is False


# --- real recordings ------------------------------------------------------------------------


def naive(document):
    """Sum samples and hits by stack as anyone would: recursion over the file's own objects."""
    nodes = {n["id"]: n for n in document["nodes"]}
    stacks = {}

    def descend(number, above):
        call_frame = nodes[number]["callFrame"]
        name = call_frame["functionName"] or "(anonymous)"
        stack = () if name == "(root)" else (*above, (name, call_frame["url"]))
        stacks[number] = stack
        for child in nodes[number].get("children", ()):
            descend(child, stack)

    descend(document["nodes"][0]["id"], ())
    times, now = [], document["startTime"]
    for delta in document["timeDeltas"]:
        now += delta
        times.append(now)
    samples = sorted(zip(times, document["samples"], strict=True), key=lambda pair: pair[0])
    counts, before = Counter(), ()
    for _, number in samples:
        stack = stacks[number]
        if stack == (("(garbage collector)", ""),):
            idle = before in ((), (("(idle)", ""),))
            stack = stack if idle else before + stack
        else:
            before = stack
        counts[stack] += 1
    return counts, document["endTime"] - samples[0][0]


@pytest.mark.parametrize("path", RECORDINGS, ids=IDS)
def test_recordings_equal_a_naive_reading(path):
    profile = load(path)
    counts, total = naive(json.loads(gzip.decompress(path.read_bytes())))

    own = profile.self_values(1).tolist()
    found = Counter()
    for place, value in enumerate(own):
        stack, here = [], place
        while here != ABSENT:
            function = profile.functions
            number = int(profile.function_of_node[here])
            name, file = (profile.text(int(c[number])) for c in (function.name, function.file))
            stack.append((name, file))
            here = int(profile.tree.parent[here])
        found[tuple(reversed(stack))] += value
    expected_counts = Counter()
    for stack, value in counts.items():
        plain = tuple(
            (name, "" if url == "wasm " else unquote(url.removeprefix("file://")))
            for name, url in stack
        )
        expected_counts[plain] += value
    assert +found == expected_counts
    assert int(profile.self_values(0).sum()) == total * 1000
    assert profile.threads[0].samples.time[0] >= profile.meta.start_time
