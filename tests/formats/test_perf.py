"""``perf script``: against ``perf report`` on the same recording, and lines of all sorts."""

from __future__ import annotations

import gzip
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.perf import read, sniff
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, Tier, validate
from profkit.source import Source, open_source

SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "perf").glob("*/*.perf.txt.gz"))
REPORTED = re.compile(r"\s*(\d+)\s*\|\[(.)\] (.*)")
JAVASCRIPT = re.compile(r"JS:\S* ?.*?(:\d+:\d+)")
EVENT = "app 12/13 [001] 5.000000123:   2000 cpu-clock:"
MAIN = "\t  401b97 main+0x1f (/srv/app)"


def profile_of(*lines, **options):
    data = "\n".join((*lines, "")).encode()
    return validate(read(Source("a.perf", io.BytesIO(data)), ReadOptions(**options)))


def stacks(profile, value=0):
    """Return the values by stack, names from root to leaf."""
    found = Counter()
    for thread in profile.threads:
        for leaf, values in zip(thread.samples.node.tolist(), thread.samples.values, strict=True):
            names, node = [], leaf
            while node != ABSENT:
                function = int(profile.function_of_node[node])
                names.append(profile.text(int(profile.functions.name[function])))
                node = int(profile.tree.parent[node])
            found[";".join(reversed(names))] += int(values[value])
    return +found


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_each_symbol_has_the_samples_that_perf_report_gives(path):
    profile = validate(load(path))
    report = gzip.decompress(path.with_name(path.name.replace(".perf.", ".report.")).read_bytes())
    expected, found = Counter(), Counter()
    for line in report.decode().splitlines():
        if match := REPORTED.fullmatch(line.rstrip()):
            compiled = JAVASCRIPT.search(match[3])
            is_named = not match[3].startswith("0x")
            expected[compiled[1] if compiled else match[3] if is_named else "?"] += int(match[1])
    functions = profile.functions
    for function, count in zip(profile.function_of_node, profile.self_values(1), strict=True):
        name = profile.text(int(functions.name[function]))
        if functions.kind[function] == Kind.JS:
            name = f":{functions.line[function]}:{functions.column[function]}"
        elif functions.kind[function] in (Kind.SHARED_LIBRARY, Kind.UNKNOWN):
            name = "?"
        found[name] += int(count)
    assert +found == expected
    assert sum(found.values()) == profile.sample_count > 100


def test_nodes_functions_have_place_and_tier():
    profile = load(next(path for path in SAMPLES if path.name.startswith("words")))
    names = [profile.text(int(name)) for name in profile.functions.name]
    count = names.index("count")
    assert profile.functions.kind[count] == Kind.JS
    assert profile.text(int(profile.functions.file[count])).endswith("words.js")
    assert profile.functions.line[count] == 4
    tiers = profile.frames.tier[profile.frames.function == count]
    assert Tier.TURBOFAN in tiers.tolist()


def test_lines_that_ran_are_there_where_asked_for():
    path = next(path for path in SAMPLES if path.name.startswith("hash"))
    without = load(path)
    assert (without.frames.line == ABSENT).all()
    with open_source(path) as source:
        profile = read(source, ReadOptions(lines=True))
    names = [profile.text(int(name)) for name in profile.functions.name]
    ran = profile.frames.line[profile.frames.function == names.index("hash")]
    assert set(ran.tolist()) & {6, 11}


@pytest.mark.parametrize(
    ("event", "thread", "time", "values"),
    [
        (EVENT, ("app", 12, 13), 5_000_000_123, [2000, 1]),
        ("my app 13 5.5: 7 cycles:u: ", ("my app", -1, 13), 5_500_000_000, [7, 1]),
        ("swapper     0 [012] 2281339.604067:  9 cycles:", ("swapper", -1, 0),
         2281339604067000, [9, 1]),
        ("java 19983 cycles:", ("java", -1, 19983), None, [1]),
        ("perf 8 [011] 1.5: page-faults: ", ("perf", -1, 8), 1_500_000_000, [1]),
    ],
)  # fmt: skip
def test_events_of_all_sorts(event, thread, time, values):
    profile = profile_of(event, MAIN, "")
    (found,) = profile.threads
    assert (found.name, found.process_id, found.thread_id) == thread
    assert found.samples.time is None if time is None else found.samples.time.tolist() == [time]
    assert found.samples.values.tolist() == [values]


def test_a_clocks_period_is_time():
    assert [vars_of(v) for v in profile_of(EVENT, MAIN).value_types] == [
        ("cpu-clock", "nanoseconds"), ("samples", "count"),
    ]  # fmt: skip
    assert vars_of(profile_of("a 1 2.5: 7 cycles:", MAIN).value_types[0]) == ("cycles", "count")


def vars_of(value_type):
    return value_type.type, value_type.unit


@pytest.mark.parametrize(
    ("frame", "name", "file", "kind"),
    [
        ("401b97 main+0x1f (/srv/app)", "main", "/srv/app", Kind.NATIVE),
        ("1 a::b(int) const (/srv/a (deleted))", "a::b(int) const", "/srv/a (deleted)",
         Kind.NATIVE),
        ("1 (anonymous namespace)::f (/srv/a)", "(anonymous namespace)::f", "/srv/a", Kind.NATIVE),
        ("ffffffff816e1f12 do_fault+0x32 ([kernel.kallsyms])", "do_fault", "[kernel.kallsyms]",
         Kind.NATIVE),
        ("1 [unknown] (/usr/lib/libc.so.6)", "libc.so.6", "/usr/lib/libc.so.6",
         Kind.SHARED_LIBRARY),
        ("1  (/usr/lib/libc.so.6)", "libc.so.6", "/usr/lib/libc.so.6", Kind.SHARED_LIBRARY),
        ("1 [unknown] ([unknown])", "[unknown]", "", Kind.UNKNOWN),
        ("1 LazyCompile:*run /srv/a b.js:3:4+0x9 (/srv/perf-1.map)", "run", "/srv/a b.js", Kind.JS),
        ("1 JS:~ file:///srv/a.mjs:1:1 (/srv/perf-1.map)", "(anonymous)", "/srv/a.mjs", Kind.JS),
        ("1 Builtin:StringAdd (/srv/perf-1.map)", "StringAdd", "", Kind.BUILTIN),
        ("1 RegExp:^a+(b) c (/srv/perf-1.map)", "^a+(b) c", "", Kind.REGEXP),
        ("1 Interpreter (/srv/perf-1.map)", "Interpreter", "/srv/perf-1.map", Kind.NATIVE),
    ],
)  # fmt: skip
def test_frames_of_all_sorts(frame, name, file, kind):
    profile = profile_of(EVENT, f"\t  {frame}")
    functions = profile.functions
    assert profile.text(int(functions.name[0])) == name
    assert profile.text(int(functions.file[0])) == file
    assert functions.kind[0] == kind


def test_what_is_inlined_is_in_its_callers_library():
    profile = profile_of(EVENT, "\t 401 mix (inlined)", "\t 401 hash+0x1 (/srv/app)", MAIN)
    assert list(stacks(profile)) == ["main;hash;mix"]
    assert {profile.text(int(file)) for file in profile.functions.file} == {"/srv/app"}
    arrows = profile_of("java 1 2.5: 7 cycles:", "\t 1 Outer::a->Inner::b (/srv/perf-1.map)")
    assert list(stacks(arrows)) == ["Outer::a;Inner::b"]


def test_events_of_several_sorts_are_several_values():
    profile = profile_of("a 1 2.5: 7 cycles:", MAIN, "", "a 1 2.6: 9 faults:", MAIN)
    assert profile.threads[0].samples.values.tolist() == [[7, 0, 1], [0, 9, 1]]


def test_headers_single_lines_and_blank_lines():
    assert stacks(profile_of(
        "# ========", "# captured on    : today", "# cmdline : /usr/bin/perf record ./app",
        EVENT, "", MAIN, "",
        "        false 39654 19115.489713:  1 cycles:u:  ffff [unknown] ([unknown])",
        "           dd 29776 12.5:  3 cycles:u:  ffff read (/lib/libc.so)",
    ), 2) == {"main": 1, "[unknown]": 1, "read": 1}  # fmt: skip


def test_losses_are_counted():
    profile = profile_of(EVENT, MAIN, "", "what is this", EVENT, "", EVENT, MAIN)
    assert profile.ledger.count(Action.DROPPED, "lines") == 1
    assert profile.ledger.count(Action.DROPPED, "samples") == 1
    back = profile_of("a 1 2.5: 7 cycles:", MAIN, "", "a 1 1.5: 9 cycles:", MAIN)
    assert back.ledger.count(Action.REPAIRED, "samples") == 1
    assert back.threads[0].samples.time.tolist() == [1_500_000_000, 2_500_000_000]


def test_perfs_text_is_told_from_other_texts():
    assert all(sniff(gzip.decompress(path.read_bytes())[:65536]) for path in SAMPLES)
    assert sniff(b"PERFILE2h\0")
    assert not sniff(b"main;run 12\nmain 3: x: (y)\n")
    assert not sniff(b"v8-version,12,4,254,21,0\ntick,0x1,2,0,0x0,6\n")


def test_binary_data_is_refused_with_what_to_do():
    with pytest.raises(FormatError, match=r"binary data; read what `perf script -i` prints"):
        read(Source("perf.data", io.BytesIO(b"PERFILE2h\0")), ReadOptions())


@pytest.mark.parametrize(
    "lines",
    [
        ("a 1 2.5: 9999999999999999999 cycles:", MAIN),
        ("a 1 2.5: 1 cycles:", MAIN, "", *(["no perf"] * 9)),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(lines):
    with pytest.raises(FormatError, match=r"line \d+: ") as caught:
        profile_of(*lines)
    assert "\n" not in str(caught.value)


def test_without_stacks_there_is_no_profile():
    with pytest.raises(EmptyInputError):
        profile_of(EVENT, "", EVENT)
