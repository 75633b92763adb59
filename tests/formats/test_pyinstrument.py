"""pyinstrument's sessions and rendered trees, against its own figures."""

from __future__ import annotations

import gzip
import io
import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.pyinstrument import read, sniff
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, validate
from profkit.source import Source

SAMPLES = Path(__file__).parents[2] / "samples" / "pyinstrument"
TREES = sorted(
    path for path in SAMPLES.glob("*/*.json.gz") if "speedscope" not in path.name
    and "figures" not in path.name
)  # fmt: skip
SESSIONS = sorted(SAMPLES.glob("*/*.pyisession.gz"))
AWAIT = "await"


def profile_of(document, **options):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return validate(read(Source("a.pyisession", io.BytesIO(data)), ReadOptions(**options)))


def refusal(document):
    with pytest.raises(FormatError) as caught:
        profile_of(document)
    assert "\n" not in str(caught.value)
    return caught.value


def frame(name, time, *children, **more):
    return {"function": name, "file_path": "a.py", "line_no": 1, "time": time,
            "children": list(children), **more}  # fmt: skip


def synthetic(name, time):
    return {"function": name, "file_path": "", "line_no": 0, "time": time, "children": []}


def tree(root):
    return {"start_time": 1.5, "duration": 2, "sample_count": 3, "root_frame": root}


def session(*records):
    return {"frame_records": records, "start_time": 1.5, "duration": 2, "sample_count": 3}


def info(name, line=1, file="a.py", attributes=""):
    return f"{name}\0{file}\0{line}{attributes}"


def own_times(profile, value=0):
    found = Counter()
    names = [profile.text(int(name)) for name in profile.functions.name]
    for function, ns in zip(profile.function_of_node, profile.self_values(value), strict=True):
        found[names[function]] += int(ns)
    return dict(+found)


def by_place(profile, value):
    """Own time by file and first line, in nanoseconds."""
    found = Counter()
    own = profile.self_values(value)
    for function, ns in zip(profile.function_of_node, own, strict=True):
        name = profile.text(int(profile.functions.name[function])).rpartition(".")[2]
        file = profile.text(int(profile.functions.file[function]))
        found[name, file, int(profile.functions.line[function])] += int(ns)
    return +found


def types_of(profile):
    return [value_type.type for value_type in profile.value_types]


@pytest.mark.parametrize("path", SESSIONS, ids=lambda p: p.name)
def test_a_session_has_the_figures_that_pyinstrument_gives(path):
    figures = path.with_name(path.name.replace(".pyisession", ".figures.json"))
    expected, awaited = Counter(), Counter()
    for identifier, (own, waiting) in json.loads(gzip.decompress(figures.read_bytes())).items():
        name, file, line = identifier.split("|")
        key = (name.rpartition(".")[2], file, int(line) or ABSENT)
        expected[key] += round(own * 1e9)
        awaited[key] += round(waiting * 1e9)
    profile = validate(load(path))
    records = len(json.loads(gzip.decompress(path.read_bytes()))["frame_records"])
    for value, wanted in ((0, expected), (types_of(profile).index(AWAIT), +awaited)):
        found = by_place(profile, value)
        assert set(found) == set(wanted)
        # Samples are whole nanoseconds.
        assert all(abs(found[key] - wanted[key]) <= records for key in wanted)
        assert abs(sum(found.values()) - sum(wanted.values())) <= len(wanted)
    assert profile.sample_count == records


@pytest.mark.parametrize("path", TREES, ids=lambda p: p.name)
def test_a_tree_has_the_totals_that_it_says(path):
    profile = validate(load(path))
    document = json.loads(gzip.decompress(path.read_bytes()))
    total = int(profile.self_values(0).sum())
    assert math.isclose(total, document["root_frame"]["time"] * 1e9, rel_tol=1e-4)
    expected = Counter()
    pending = [document["root_frame"]]
    while pending:
        node = pending.pop()
        below = [c for c in node["children"] if not c["function"].startswith("[")]
        own = node["time"] - sum(child["time"] for child in below)
        key = (node["function"].rpartition(".")[2], node["file_path"], node["line_no"] or ABSENT)
        expected[key] += max(round(own * 1e9), 0)
        pending += below
    assert by_place(profile, 0) == +expected


def test_the_tree_of_all_and_the_session_agree():
    whole = load(SESSIONS[0])
    rendered = load(SESSIONS[0].with_name("tasks.all.json.gz"))
    # The renderer leaves out importlib, and merges neighbours: the sum stays.
    assert abs(int(whole.self_values(0).sum()) - int(rendered.self_values(0).sum())) < 1000
    names = own_times(rendered)
    assert names["fibonacci"] == pytest.approx(own_times(whole)["fibonacci"], abs=50_000)


def test_the_files_are_told_by_their_keys():
    assert all(sniff(gzip.decompress(path.read_bytes())[:65536]) for path in TREES + SESSIONS)
    assert not sniff(b'{"nodes": []}')
    assert not sniff(b"a;b 1")


def test_own_and_awaited_time_belong_to_the_function_above():
    root = frame("main", 1.0, synthetic("[self]", 0.25), frame("wait", 0.75,
                 synthetic("[await]", 0.5), synthetic("[out-of-context]", 0.25)))  # fmt: skip
    profile = profile_of(tree(root))
    assert own_times(profile) == {"main": 250_000_000, "wait": 750_000_000}
    assert types_of(profile) == ["wall", AWAIT, "out of context"]
    assert own_times(profile, 1) == {"wait": 500_000_000}
    assert own_times(profile, 2) == {"wait": 250_000_000}
    stack = [info("main"), info("wait"), "[await]"]
    profile = profile_of(session([stack, 0.5], [stack[:2], 0.25]))
    assert own_times(profile) == {"wait": 750_000_000}
    assert own_times(profile, 1) == {"wait": 500_000_000}


def test_rounding_noise_is_repaired_and_more_is_refused():
    profile = profile_of(tree(frame("main", 0.1, frame("a", 0.100001))))
    assert own_times(profile) == {"a": 100_001_000}
    assert profile.ledger.count(Action.REPAIRED, "nodes") == 1
    error = refusal(tree(frame("main", 0.1, frame("a", 0.2))))
    assert error.where == "$.root_frame"


def test_classes_name_their_methods():
    root = frame("main", 1, frame("run", 1, class_name="Server"))
    assert own_times(profile_of(tree(root))) == {"Server.run": 10**9}
    base, app = (info("run", attributes=f"\1c{name}\1l7") for name in ("Base", "App"))
    profile = profile_of(session([[base], 1], [[app], 2]))
    assert own_times(profile) == {"App.run": 3 * 10**9}
    assert len(profile.functions) == 1


def test_the_lines_that_ran_are_there_where_asked_for():
    records = [[info("run", attributes="\1l7")], 1], [[info("run", attributes="\1l8")], 2]
    assert len(profile_of(session(*records)).frames) == 1
    assert set(profile_of(session(*records), lines=True).frames.line) == {7, 8}


def test_threads_are_threads():
    first, second = (info(name, n, "<thread>") for name, n in (("MainThread", 11), ("w", 12)))
    run = info("run")
    profile = profile_of(session([[first, run], 1], [[second, run], 2], [[first, run], 3]))
    assert [(t.name, t.thread_id, len(t.samples)) for t in profile.threads] == [
        ("MainThread", 11, 2),
        ("w", 12, 1),
    ]
    assert len(profile.functions) == 1
    assert profile.functions.kind[0] == Kind.PYTHON
    assert profile.threads[1].samples.time.tolist() == [2_500_000_000]
    root = frame("MainThread", 1, frame("run", 1), file_path="<thread>", line_no=11)
    dummy = {"function": "[root]", "file_path": "", "time": 1, "children": [root]}
    for top in (root, dummy):
        rendered = profile_of(tree(top))
        assert (rendered.threads[0].name, rendered.threads[0].thread_id) == ("MainThread", 11)
        assert own_times(rendered) == {"run": 10**9}


def test_deep_recursion_is_read():
    opening = b'{"function": "f", "file_path": "a.py", "time": 1, "children": ['
    text = b'{"root_frame": ' + opening * 901 + b"]}" * 901 + b"}"
    assert int(profile_of(text).tree.depth.max()) == 900
    assert int(profile_of(session([[info("f")] * 3000, 1])).tree.depth.max()) == 2999


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (tree(frame("main", -1)), "$.root_frame"),
        (tree(frame("main", 1, frame("a", 2**63))), "$.root_frame"),
        (tree({"function": "main"}), "$.root_frame"),
        (tree({"time": 1}), "$.root_frame"),
        (tree([]), "$.root_frame"),
        (session([[info("a")], -1]), "$.frame_records[0][1]"),
        (session([[info("a")], 2**63]), "$.frame_records[0][1]"),
        (session([[1], 1]), "$.frame_records[0][0][0]"),
        (session([[info("a")]]), "$.frame_records[0]"),
        ({"start_call_stack": []}, "$"),
        (b'{"root_frame": {"function": "a", "time": NaN}}', "byte"),
        (b'{"root_frame": {"function": "\\ud800", "time": 1}}', "byte"),
        (b'{"root_frame": ' + b'{"function": "a", "time": 1, "children": [' * 100_000, "$"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place(document, where):
    assert refusal(document).where.startswith(where)


@pytest.mark.parametrize(
    "document",
    [tree(None) | {"sample_count": 0}, tree(frame("a", 0)), session(), session([[], 1])],
)
def test_without_samples_there_is_no_profile(document):
    with pytest.raises(EmptyInputError):
        profile_of(document)


def test_a_stack_without_frames_is_dropped_and_counted():
    profile = profile_of(session([[], 1], [[info("a")], 2]))
    assert own_times(profile) == {"a": 2 * 10**9}
    assert profile.ledger.count(Action.DROPPED, "samples") == 1
    assert np.array_equal(profile.threads[0].samples.time, [2_500_000_000])
