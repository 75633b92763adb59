"""The V8 log reader equals a plain one on any log, and Node's own tool on real ones."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from v8_oracle import Oracle

from profkit.errors import FormatError, InputError
from profkit.formats.registry import ReadOptions
from profkit.formats.v8log import read, sniff
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, Tier, validate
from profkit.render.classic import classic_text
from profkit.source import Source
from profkit.views.ticks import TickOptions, tick_report, with_own_rules

SAMPLES = Path(__file__).parents[2] / "samples"
HEADER = "v8-version,12,4,254,21,-node.57,0\n"
CODE, HEAP, LIBRARY = 0x10000, 0x900000, 0x400000


def profile_of(text: str | bytes):
    data = text if isinstance(text, bytes) else text.encode()
    return validate(read(Source("a.log", io.BytesIO(data)), ReadOptions(symbols=False)))


def stacks_of(profile) -> list[list[str]]:
    """Each sample's labels from the leaf to the root, in the order of the samples."""
    labels = [profile.text(tag) for tag in profile.frames.tag.tolist()]
    stacks = []
    for leaf in profile.threads[0].samples.node.tolist():
        node, stack = leaf, []
        while node != ABSENT:
            stack.append(labels[profile.tree.frame[node]])
            node = int(profile.tree.parent[node])
        stacks.append(stack)
    return stacks


def addresses(near: int) -> st.SearchStrategy[str]:
    return st.integers(0, 40).map(lambda step: hex(near + step * 8))


names = st.sampled_from(["f /srv/a.js:1:2", "g /srv/b.js:3:4", " /srv/a.js:1:1", "", "h"])
sizes = st.integers(1, 12).map(lambda step: str(step * 8))
places = st.one_of(addresses(CODE), addresses(LIBRARY - 64), st.just("0x0"), st.just("0x7"))
creations = st.builds(
    lambda start, size, name, function, mark: (
        f"code-creation,JS,9,1,{start},{size},{name},{function},{mark}"
    ),
    addresses(CODE),
    sizes,
    names,
    addresses(HEAP),
    st.sampled_from(["", "~", "^", "+", "*"]),
)
plain = st.builds(
    lambda type_, start, size, name: f"code-creation,{type_},2,1,{start},{size},{name}",
    st.sampled_from(["Builtin", "RegExp", "Stub", "BytecodeHandler"]),
    addresses(CODE),
    sizes,
    st.sampled_from(["x", "y"]),
)
moves = st.builds("code-move,{},{}".format, addresses(CODE), addresses(CODE))
function_moves = st.builds("sfi-move,{},{}".format, addresses(HEAP), addresses(HEAP + 0x1000))
deletions = st.builds("code-delete,{}".format, addresses(CODE))
offsets = st.builds("{}{}".format, st.sampled_from("+-"), st.integers(0, 300).map(hex))
ticks = st.builds(
    lambda pc, external, tos, state, stack: ",".join(
        ["tick", pc, "TIME", str(external), tos, str(state), *stack]
    ),
    places,
    st.integers(0, 1),
    places,
    st.integers(0, 9),
    st.lists(st.one_of(places, places, offsets, st.just("overflow")), max_size=6),
)
logs = st.lists(
    st.one_of(creations, plain, moves, function_moves, deletions, ticks, ticks, ticks), max_size=60
)


@given(logs)
def test_any_log_reads_as_the_plain_reader_reads_it(lines):
    text = HEADER + f"shared-library,/lib/a.so,{LIBRARY:#x},{LIBRARY + 0x2100:#x},0\n"
    text += "".join(f"{line.replace('TIME', str(n))}\n" for n, line in enumerate(lines))
    oracle = Oracle()
    oracle.feed(text)
    profile = profile_of(text)
    assert stacks_of(profile) == oracle.stacks
    assert profile.ledger.count(Action.DROPPED, "frames") == oracle.dropped_frames


GOLDEN = sorted(SAMPLES.glob("node/*/*.prof-process.txt.gz"))


# Where a Node's own tool is wrong, and profkit differs on purpose (v8log.md says why): the lines of
# its report that are not in profkit's, and those of profkit's that are not in its.
DIFFERENT = {
    # New code came where other code was: the tool keeps the old name.
    "8.9.0/auth-api-logger": (
        ["      1  100.0%            Function: ~baseOrderBy {lodash}:3763:25"] * 2,
        ["      1  100.0%            LazyCompile: *baseSortBy {lodash}:943:22"] * 2,
    ),
    "12.22.12/auth-api-logger": (
        ["      1    0.0%    1.6%  RegExp: ^debug_"],
        ["      1    0.0%    1.6%  LazyCompile: *getHeader _http_outgoing.js:543:57"],
    ),
    # The tool takes a RegExp's own backslashes for escapes.
    "10.24.1/auth-api-logger": (
        [
            "      1    0.1%    0.2%  RegExp: ^text\0plication\0ascript|json)",
            "      1    0.1%    0.2%  RegExp: [^\0-~\x80-\xff]",
        ],
        [
            "      1    0.1%    0.2%  RegExp: ^text\\/|^application\\/(javascript|json)",
            "      1    0.1%    0.2%  RegExp: [^\\t\\x20-\\x7e\\x80-\\xff]",
        ],
    ),
}


def classic_lines(profile, source="a.log") -> list[str]:
    report = tick_report(profile, with_own_rules(TickOptions(), profile))
    return classic_text(report, source).splitlines(keepends=True)


def test_the_samples_of_all_versions_are_there():
    there = {int(path.parent.name.split(".")[0]) for path in GOLDEN}
    assert there == {6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26}


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_classic_report_is_what_that_nodes_own_tool_prints(golden):
    expected = gzip.decompress(golden.read_bytes()).decode()
    log = golden.with_name(golden.name.replace(".prof-process.txt.gz", ".v8.log.gz"))
    source = expected[len("Statistical profiling result from ") : expected.index(", (")]
    report = classic_lines(load(log, options=ReadOptions(symbols=False)), source)
    theirs = expected.splitlines(keepends=True)
    recording = f"{log.parent.name}/{log.name.removesuffix('.v8.log.gz')}"
    lodash = "/srv/auth-api/node_modules/lodash/lodash.js"
    only_theirs, only_ours = (
        Counter(line.replace("{lodash}", lodash) + "\n" for line in lines)
        for lines in DIFFERENT.get(recording, ([], []))
    )
    assert Counter(theirs) - Counter(report) == only_theirs
    assert Counter(report) - Counter(theirs) == only_ours
    assert [line for line in report if line not in only_ours] == [
        line for line in theirs if line not in only_theirs
    ]


def test_of_several_mappings_of_a_file_the_longest_counts():
    text = (
        HEADER
        + "shared-library,/opt/node,0x400000,0x500000,0\n"
        + "shared-library,/opt/node,0x400000,0x900000,0\n"
        + "tick,0x600000,1,0,0x0,0\n"
    )
    assert stacks_of(profile_of(text)) == [["UNKNOWN"]]
    best = read(Source("a.log", io.BytesIO(text.encode())), ReadOptions())
    assert stacks_of(best) == [["/opt/node"]]
    assert len(best.libraries) == 1


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_line_tick_and_frame_of_a_sample_is_accounted_for(golden):
    log = golden.with_name(golden.name.replace(".prof-process.txt.gz", ".v8.log.gz"))
    lines = gzip.decompress(log.read_bytes()).count(b"\n")
    ledger = load(log).ledger
    assert ledger.count(Action.READ, "lines") == lines
    for unit in ("lines", "ticks", "frames"):
        fates = sum(
            ledger.count(action, unit)
            for action in (Action.USED, Action.SKIPPED, Action.REPAIRED, Action.DROPPED)
        )
        assert ledger.count(Action.READ, unit) == fates > 0


def test_a_function_is_one_in_all_its_tiers():
    profile = profile_of(
        HEADER
        + "code-creation,JS,10,1,0x1000,16,run /srv/a.js:3:7,0x9000,~\n"
        + "tick,0x1004,10,0,0x0,0\n"
        + "code-creation,JS,12,1,0x2000,16,run /srv/a.js:3:7,0x9000,*\n"
        + "tick,0x2004,20,0,0x0,0\n"
    )
    assert len(profile.functions) == 1
    assert profile.strings[profile.functions.name[0]] == "run"
    assert profile.strings[profile.functions.file[0]] == "/srv/a.js"
    assert (profile.functions.line[0], profile.functions.column[0]) == (3, 7)
    assert profile.functions.kind[0] == Kind.JS
    assert set(profile.frames.tier.tolist()) == {Tier.IGNITION, Tier.TURBOFAN}
    assert profile.threads[0].samples.time.tolist() == [10_000, 20_000]


@pytest.mark.parametrize(
    ("name", "function", "file", "line"),
    [
        ("get size /srv/my app/a.js:1:2", "get size", "/srv/my app/a.js", 1),
        (" node:internal/a:5:6", "(anonymous)", "node:internal/a", 5),
        ("f file:///srv/a.mjs:7:8", "f", "file:///srv/a.mjs", 7),
        ("f C:\\\\app\\\\a.js:7:8", "f", "C:\\app\\a.js", 7),
        ("emit events.js:156:44", "emit", "events.js", 156),
        ("join native array.js:288:3", "join", "native array.js", 288),
        ("a\\x2Cb /srv/\\u263a.js:1:2", "a,b", "/srv/☺.js", 1),
        ("x \\ud83d\\ude00.js:1:2", "x", "😀.js", 1),
        ("x \\ud83d.js:1:2", "x", "�.js", 1),
        ("eval", "eval", "", ABSENT),
        ("", "(anonymous)", "", ABSENT),
    ],
)
def test_names_are_taken_apart(name, function, file, line):
    profile = profile_of(
        f"{HEADER}code-creation,JS,10,1,0x1000,16,{name},0x9000,~\ntick,0x1004,10,0,0x0,0\n"
    )
    assert profile.text(profile.functions.name[0]) == function
    assert profile.text(profile.functions.file[0]) == file
    assert profile.functions.line[0] == line


def test_names_in_quotes_may_hold_commas_and_quotes():
    profile = profile_of(
        'v8-version,6,1,534,46,0\nshared-library,"/opt/a,b",0x400000,0x500000,0\n'
        'code-creation,RegExp,6,1,0x1000,16,"a,""b"""\n'
        "tick,0x1004,10,0,0x0,0\ntick,0x400010,20,0,0x0,0\n"
    )
    assert stacks_of(profile) == [['RegExp: a,"b"'], ["/opt/a,b"]]


def test_a_cut_line_and_senseless_ones_are_counted_with_their_place():
    profile = profile_of(
        HEADER
        + "tick,0x1,5,0,0x0,0\n"
        + "tick,0x1,soon,0,0x0,0\n"
        + "tick,0x1\n"
        + "code-creation,JS,9,1,0x1000,many,f,0x9000,~\n"
        + "code-creation,JS,9,1,0x1000,8,f,0x9000,%\n"
        + "code-creation,JS,9,1,0x1000,-8,f,0x9000,~\n"
        + "code-creation,JS,9,1,0xffffffffffffffffff,8,f,0x9000,~\n"
        + "wonder,1\n\n"
        + "tick,0x1,9,0,0x"
    )
    assert profile.sample_count == 1
    dropped = {e.cause: (e.count, e.example) for e in profile.ledger.losses}
    assert dropped["a tick line whose fields make no sense"] == (2, "line 3")
    assert dropped["a code-creation line whose fields make no sense"] == (4, "line 5")
    assert dropped["cut off in the middle at the end of the file"] == (1, "the last line")
    skipped = {e.cause: e.count for e in profile.ledger.entries if e.action is Action.SKIPPED}
    assert skipped == {"wonder not needed for a profile": 1, "empty": 1}
    assert profile.ledger.count(Action.READ, "lines") == 11


def test_ticks_out_of_order_are_sorted_and_counted():
    profile = profile_of(HEADER + "tick,0x1,9,0,0x0,0\ntick,0x1,5,0,0x0,1\n")
    assert profile.threads[0].samples.time.tolist() == [5000, 9000]
    assert profile.threads[0].samples.state.tolist() == [1, 0]
    assert profile.ledger.count(Action.REPAIRED, "ticks", None) == 3  # and both are UNKNOWN


def test_addresses_beyond_63_bits_and_garbage_are_unknown_not_wrong():
    profile = profile_of(
        HEADER + "tick,0xffffffffffffffffff,1,0,0x0,0,zebra,,0x-5\ntick,-5,2,0,zebra,0\n"
    )
    assert stacks_of(profile) == [["UNKNOWN"], ["UNKNOWN"]]
    assert profile.ledger.count(Action.DROPPED, "frames") == 3


def test_a_stack_of_ten_thousand_frames():
    code = "".join(
        f"code-creation,JS,9,1,{0x100000 + n * 16:#x},16,f{n} /a.js:1:{n},{0x90000000 + n:#x},~\n"
        for n in range(10_000)
    )
    stack = ",".join(hex(0x100000 + n * 16) for n in range(10_000))
    profile = profile_of(HEADER + code + f"tick,0x100000,1,0,0x0,0,{stack}\n")
    assert len(profile.tree) == 10_001


def test_a_log_without_ticks_is_a_profile_without_samples():
    profile = profile_of(HEADER)
    assert profile.sample_count == 0
    assert classic_text(tick_report(profile), "a.log") == (
        "Statistical profiling result from a.log, (0 ticks, 0 unaccounted, 0 excluded).\n"
    )


def test_what_is_no_v8_log_is_refused():
    with pytest.raises(FormatError, match=r"a\.log: no V8 tick log"):
        profile_of("hello,world\n")


def test_the_log_is_told_by_its_content():
    assert sniff(HEADER.encode())
    assert sniff(b"shared-library,/opt/node,0x1,0x2,0\n")
    assert not sniff(b"tick tock 5\n")
    assert not sniff(b'{"nodes":[]}')


DAMAGED = {
    version: gzip.decompress(
        (SAMPLES / "node" / version / "auth-api-logger.v8.log.gz").read_bytes()
    )
    for version in ("6.11.5", "8.9.0", "10.24.1", "26.10.0")
}


@given(
    st.sampled_from(sorted(DAMAGED)),
    st.integers(0, min(map(len, DAMAGED.values())) - 1),
    st.binary(max_size=12),
    st.integers(0, 40),
)
def test_damage_never_leaves_anything_but_a_profile_or_our_own_error(version, place, junk, gone):
    log = DAMAGED[version]
    head = log[: log.index(b"\n", 200) + 1]
    damaged = head + log[max(0, place - 20_000) : place] + junk + log[place + gone : place + 20_000]
    try:
        profile = profile_of(damaged)
    except InputError:
        return
    assert profile.sample_count <= damaged.count(b"tick")
