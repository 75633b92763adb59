"""cProfile's statistics against Python's own ``pstats``, and graphs of calls that are odd."""

from __future__ import annotations

import cProfile
import gzip
import io
import json
import marshal
import profile as slow_profiler
import struct
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.pstats import read, sniff
from profkit.formats.pstats.sharing import estimate
from profkit.formats.pstats.table import Call, Entry, Function
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import Action, Kind, validate
from profkit.source import Source

SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "cprofile").glob("*/*.pstats.gz"))
MAIN, RUN, WRITE = (("a.py", line, name) for line, name in ((1, "main"), (5, "run"), (9, "write")))


def profile_of(document, version=4):
    data = document if isinstance(document, bytes) else marshal.dumps(document, version)
    return validate(read(Source("a.pstats", io.BytesIO(data)), ReadOptions()))


def refusal(document):
    with pytest.raises(FormatError) as caught:
        profile_of(document)
    assert "\n" not in str(caught.value)
    return caught.value


def figures(profile, value=0):
    """Return each function's own and total values, by name."""
    tree, own = profile.tree, profile.self_values(value)
    total = tree.totals(own)
    outermost = tree.outermost(profile.function_of_node)
    mine, whole = Counter(), Counter()
    for node, function in enumerate(profile.function_of_node.tolist()):
        mine[function] += int(own[node])
        whole[function] += int(total[node]) * bool(outermost[node])
    functions = profile.functions
    keys = [
        (profile.text(int(functions.file[n])), int(functions.line[n]),
         profile.text(int(functions.name[n])))
        for n in range(len(functions))
    ]  # fmt: skip
    return {key: (mine[n], whole[n]) for n, key in enumerate(keys)}


def edge(calls, own, total):
    return (calls, calls, own, total)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.parent.name)
def test_own_time_and_calls_are_exact_and_totals_are_where_nothing_calls_itself(path):
    golden = path.with_name(path.name.replace(".pstats", ".figures.json"))
    profile = validate(load(path))
    times, calls = figures(profile), figures(profile, 1)
    expected = json.loads(gzip.decompress(golden.read_bytes()))
    assert len(expected) == len(times)
    free = 0
    whole = sum(round(own * 1e9) for *_, own, _, _ in expected)
    for file, line, name, count, own, total, in_circle in expected:
        key = ("", -1, name) if file == "~" else (file, line or -1, name)
        assert calls[key][0] == count
        assert times[key][0] == round(own * 1e9)
        assert times[key][1] <= whole
        if not in_circle:
            assert times[key][1] == pytest.approx(total * 1e9, abs=2_000, rel=1e-6)
            free += 1
    assert free > len(expected) // 2
    assert profile.ledger.count(Action.USED, "nodes") > 0


def test_a_time_is_shared_by_what_each_caller_has_of_it():
    table = {
        MAIN: (1, 1, 0.1, 1.0, {}),
        RUN: (2, 2, 0.2, 0.3, {MAIN: edge(2, 0.2, 0.3)}),
        WRITE: (4, 4, 0.7, 0.7, {MAIN: edge(1, 0.6, 0.6), RUN: edge(3, 0.1, 0.1)}),
    }
    profile = profile_of(table)
    assert figures(profile) == {
        MAIN: (100_000_000, 10**9),
        RUN: (200_000_000, 300_000_000),
        WRITE: (700_000_000, 700_000_000),
    }
    assert sorted(profile.self_values(1).tolist()) == [1, 1, 2, 3]


def test_what_a_shared_function_calls_is_shared_in_the_same_way():
    table = {
        MAIN: (1, 1, 0.0, 0.9, {}),
        RUN: (1, 1, 0.0, 0.1, {}),
        WRITE: (10, 10, 0.0, 1.0, {MAIN: edge(9, 0.0, 0.9), RUN: edge(1, 0.0, 0.1)}),
        ("~", 0, "<sleep>"): (10, 10, 1.0, 1.0, {WRITE: edge(10, 1.0, 1.0)}),
    }
    profile = profile_of(table)
    assert figures(profile)[MAIN][1] == 900_000_000
    assert figures(profile)[RUN][1] == 100_000_000
    assert profile.functions.kind.tolist().count(Kind.BUILTIN) == 1


def test_recursion_ends_and_counts_once():
    table = {
        MAIN: (1, 1, 0.5, 1.5, {}),
        RUN: (1, 100, 0.4, 1.0, {MAIN: edge(1, 0.1, 1.0), RUN: edge(99, 0.3, 0.9)}),
        WRITE: (99, 99, 0.6, 0.6, {RUN: edge(99, 0.6, 0.6)}),
    }
    found = figures(profile_of(table))
    assert found[RUN] == (400_000_000, 1_000_000_000)
    assert found[MAIN] == (500_000_000, 1_500_000_000)
    assert found[WRITE] == (600_000_000, 600_000_000)


def test_a_circle_that_nobody_enters_is_a_tree_of_its_own():
    table = {
        MAIN: (1, 1, 0.5, 0.5, {}),
        RUN: (3, 3, 0.2, 0.6, {WRITE: edge(3, 0.2, 0.6)}),
        WRITE: (3, 3, 0.4, 0.6, {RUN: edge(3, 0.4, 0.6)}),
    }
    found = figures(profile_of(table))
    assert {key: own for key, (own, _) in found.items()} == {
        MAIN: 500_000_000, RUN: 200_000_000, WRITE: 400_000_000,
    }  # fmt: skip
    assert sum(own for own, _ in found.values()) == 1_100_000_000


def test_callers_that_are_missing_are_counted():
    profile = profile_of({RUN: (2, 2, 0.2, 0.3, {MAIN: edge(2, 0.2, 0.3)})})
    assert figures(profile)[RUN] == (200_000_000, 200_000_000)
    assert profile.ledger.count(Action.REPAIRED, "functions") == 1


def test_all_dialects_of_marshal_are_read():
    table = {
        ("größe.py", 2**31 - 1, "café"): (1, 1, 0.5, 2.0**-40, {}),
        MAIN: (2**40, 2**40, 0.25, 1.0, {MAIN: edge(7, 0.1, 0.2)}),
    }
    found = [figures(profile_of(table, version)) for version in range(5)]
    assert all(one == found[0] for one in found)
    assert found[0]["größe.py", 2**31 - 1, "café"][0] == 500_000_000


def test_python_2s_names_are_read():
    def text(name):
        return b"t" + struct.pack("<i", len(name)) + name

    def number(form, kind, value):
        return kind + struct.pack(form, value)

    key = b"(" + struct.pack("<i", 3) + text(b"a.py") + number("<i", b"i", 5) + text(b"run")
    entry = b"(" + struct.pack("<i", 5) + number("<q", b"I", 3) * 2 + number("<d", b"g", 0.5) * 2
    again = b"(" + struct.pack("<i", 3) + b"R\0\0\0\0" + number("<i", b"i", 5) + b"R\1\0\0\0"
    calls = b"{" + again + number("<i", b"i", 2) + b"0"
    found = figures(profile_of(b"{" + key + entry + calls + b"0"))
    assert found == {RUN: (500_000_000, 500_000_000)}


@pytest.mark.parametrize("profiler", [cProfile.Profile, slow_profiler.Profile])
def test_what_this_python_records_is_read(tmp_path, profiler):
    recorded = profiler()
    recorded.runcall(sorted, range(100), key=lambda number: -number)
    path = tmp_path / "sorted.pstats"
    recorded.dump_stats(path)
    profile = validate(load(path))
    assert figures(profile, 1).pop((__file__, recorded_line(profile), "<lambda>"))[0] == 100


def recorded_line(profile):
    names = [profile.text(int(name)) for name in profile.functions.name]
    return int(profile.functions.line[names.index("<lambda>")])


def test_too_many_paths_are_cut_and_counted():
    """Each of twenty functions calls the next from two places: a million paths."""
    table, before = {}, [Function("a.py", 1, "main")]
    table[before[0]] = Entry(1, 1.0, 41.0)
    for level in range(20):
        here = [Function("a.py", level, f"{side}") for side in "ab"]
        for function in here:
            total = (41.0 - 1 - 2 * level) / 2
            calls = {caller: Call(1, 1.0 / len(before), total / len(before)) for caller in before}
            table[function] = Entry(len(before), 1.0, total, calls)
        before = here
    found = estimate(table, most=500)
    assert len(found.parents) <= 500 + len(table)
    assert found.cut > 0
    assert set(found.functions) == set(range(len(table)))


@st.composite
def tables(draw):
    names = [("a.py", number, "f") for number in range(draw(st.integers(1, 7)))]
    seconds = st.integers(0, 10**6).map(lambda n: n / 1e6)
    calls = st.integers(0, 5)
    return {
        name: (
            draw(calls), draw(calls), draw(seconds), draw(seconds),
            draw(st.dictionaries(st.sampled_from(names),
                                 st.tuples(calls, calls, seconds, seconds), max_size=4)),
        )
        for name in names
    }  # fmt: skip


@given(tables())
def test_sums_are_exact_whoever_calls_whom(table):
    try:
        profile = profile_of(table)
    except EmptyInputError:
        return
    times, calls = figures(profile), figures(profile, 1)
    whole = sum(round(own * 1e9) for _, _, own, _, _ in table.values())
    for (file, line, name), (_, count, own, _, _) in table.items():
        key = (file, line or -1, name)
        assert times[key][0] == round(own * 1e9)
        assert calls[key][0] == count
        assert times[key][1] <= whole


def test_a_dump_is_told_by_its_beginning():
    assert all(sniff(gzip.decompress(path.read_bytes())[:65536]) for path in SAMPLES)
    assert sniff(marshal.dumps({}))
    assert not sniff(b'{"nodes": []}')
    assert not sniff(marshal.dumps([1]))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([1], "an object of type '['"),
        (1, "statistics are a dictionary"),
        ({1: 2}, "function 0: a key is file, line and name"),
        ({MAIN: 2}, "function 0: calls twice"),
        ({MAIN: (1, 1, 0.1, 0.1)}, "function 0: calls twice"),
        ({MAIN: (1, 1, 0.1, 0.1, ())}, "function 0: callers are a dictionary"),
        ({MAIN: (1, -1, 0.1, 0.1, {})}, "function 0: a number of calls is 0 or more"),
        ({MAIN: (1, 2**63, 0.1, 0.1, {})}, "function 0: a number of calls is 0 or more"),
        ({MAIN: (1, 2**200, 0.1, 0.1, {})}, "byte 28: a number is beyond 64 bits"),
        ({MAIN: (1, 1, float("nan"), 0.1, {})}, "function 0: a time is a number of seconds"),
        ({MAIN: (1, 1, 2.0**63, 0.1, {})}, "function 0: a time is a number of seconds"),
        ({MAIN: (1, 1, "0", 0.1, {})}, "function 0: a time is a number of seconds"),
        ({MAIN: (1, 1, 0.1, 0.1, {MAIN: "x"})}, "function 0: a number of calls is 0 or more"),
        (b"{" + b")\1" * 100_000, "byte 15: is nested too deeply"),
        (b"{)\3r\7\0\0\0", "byte 4: object 7 is referred to and does not exist"),
        (b"{(\3\0\0\0", "byte 1: a tuple is longer than the file"),
        (marshal.dumps({MAIN: (1, 1, 0.1, 0.1, {})}) + b"x", "byte"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(document, message):
    assert message in str(refusal(document))


def test_a_dump_that_is_cut_is_refused_wherever_that_is():
    data = gzip.decompress(SAMPLES[0].read_bytes())
    for end in (*range(1, 300), *range(1000, len(data), 1000)):
        assert refusal(data[:end]).where


@pytest.mark.parametrize("document", [{}, {MAIN: (0, 0, 0.0, 0.0, {})}])
def test_without_calls_there_is_no_profile(document):
    with pytest.raises(EmptyInputError):
        profile_of(document)


def test_names_of_a_megabyte_and_lone_surrogates_are_read():
    name = "x" * 2**20 + "\ud800"
    found = profile_of({("a.py", 1, name): (1, 1, 0.1, 0.1, {})})
    assert found.text(int(found.functions.name[0])).startswith("x" * 2**20)
