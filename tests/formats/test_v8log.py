"""The V8 log reader equals a plain one on any log, of any version's dialect."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from v8_events import WRITERS, library, logs
from v8_oracle import Oracle

from profkit.errors import FormatError
from profkit.formats.registry import ReadOptions
from profkit.formats.v8log import read, sniff
from profkit.profile import ABSENT, Action, Kind, Tier, VmState, validate
from profkit.render.classic import classic_text
from profkit.source import Source
from profkit.views.ticks import tick_report

HEADER = "v8-version,12,4,254,21,-node.57,0\n"


def profile_of(text: str | bytes, *, symbols=False):
    data = text if isinstance(text, bytes) else text.encode()
    return validate(read(Source("a.log", io.BytesIO(data)), ReadOptions(symbols=symbols)))


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


@given(st.sampled_from(WRITERS), logs)
def test_any_log_of_any_version_reads_as_the_plain_reader_reads_it(writer, events):
    timed = [tuple(str(n) if f == "TIME" else f for f in e) for n, e in enumerate(events)]
    oracle = Oracle()
    oracle.feed([library, *timed])
    profile = profile_of(writer.log([library, *timed]))
    assert stacks_of(profile) == oracle.stacks
    assert profile.ledger.count(Action.DROPPED, "frames") == oracle.dropped_frames


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
        ("f file:///srv/a.mjs:7:8", "f", "/srv/a.mjs", 7),
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


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (r"^(\d\x20\\n)$", r"^(\d\x20\\n)$"),
        (r"a{1\x2C2}", "a{1,2}"),
        (r"\xffffffe9\u263a", "é☺"),
        (r"[\u0080-\u00ff]", r"[\u0080-\u00ff]"),
    ],
)
def test_in_a_log_of_node_10_backslashes_stand_for_themselves(written, name):
    profile = profile_of(
        "v8-version,6,8,275,32,-node.59,0\nshared-library,/opt/node,0x400000,0x500000,0\n"
        f"code-creation,RegExp,4,1,0x1000,16,{written}\ntick,0x1004,10,0,0x0,0\n"
    )
    assert stacks_of(profile) == [[f"RegExp: {name}"]]


@pytest.mark.parametrize(
    ("version", "begin", "creation"),
    [
        ("5,1,281,108,0", '"begin",2', 'LazyCompile,0,0x1000,16,"f /a.js:1:2",0x9000,*'),
        ("6,1,534,46,0", '"begin",2000', 'LazyCompile,18,5,0x1000,16,"f /a.js:1:2",0x9000,*'),
        ("12,4,254,21,-node.57,0", "begin,2000", "JS,9,5,0x1000,16,f /a.js:1:2,0x9000,*"),
    ],
)
def test_the_interval_is_in_milliseconds_where_code_has_no_times(version, begin, creation):
    profile = profile_of(
        f"v8-version,{version}\nprofiler,{begin}\ncode-creation,{creation}\n"
        "tick,0x1004,10,0,0x0,0\n"
    )
    assert profile.meta.interval == 2_000_000
    assert profile.text(profile.functions.name[0]) == "f"


@pytest.mark.parametrize(
    ("mark", "tier"),
    [
        ("", Tier.NONE),
        ("~", Tier.IGNITION),
        ("^", Tier.SPARKPLUG),
        ("o+", Tier.MAGLEV),
        ("+'", Tier.MAGLEV),
        ("o*", Tier.TURBOFAN),
        ("o*'", Tier.TURBOFAN),
    ],
)
def test_marks_tell_the_tier_whatever_stands_around_them(mark, tier):
    profile = profile_of(
        f"{HEADER}code-creation,JS,9,1,0x1000,16,f /a.js:1:2,0x9000,{mark}\n"
        "tick,0x1004,10,0,0x0,0\n"
    )
    assert profile.frames.tier.tolist() == [tier]


SHORT = HEADER + "code-creation,JS,9,1,0x1000,16,f /a.js:1:2,0x9000,*\ntick,0x1004,10,0,0x0,9\n"


@pytest.mark.parametrize(
    "data",
    [
        SHORT.replace("\n", "\r\n").encode(),
        SHORT.encode("utf-8-sig"),
        SHORT.encode("utf-16"),
        b"\xfe\xff" + SHORT.encode("utf-16-be"),
    ],
    ids=["CRLF", "UTF-8 with a mark", "UTF-16 LE", "UTF-16 BE"],
)
def test_what_other_systems_made_of_a_log_is_read_alike(data):
    assert sniff(data)
    profile = profile_of(data)
    assert stacks_of(profile) == [["JS: *f /a.js:1:2"]]
    assert profile.meta.producer == "V8 12.4.254.21-node.57"
    assert profile.threads[0].samples.state.tolist() == [9]
    assert not profile.ledger.losses


def test_a_broken_utf_16_is_refused_in_one_line():
    with pytest.raises(FormatError, match=r"a\.log: is not valid UTF-16"):
        profile_of(SHORT.encode("utf-16") + b"x")


def test_several_isolates_in_one_log_are_one_profile():
    other = "code-creation,JS,9,1,0x2000,16,g /a.js:3:4,0x9100,~\ntick,0x2004,11,0,0x0,0,0x1004\n"
    assert stacks_of(profile_of(SHORT + HEADER + other)) == [
        ["JS: *f /a.js:1:2"],
        ["JS: ~g /a.js:3:4", "JS: *f /a.js:1:2"],
    ]


@pytest.mark.parametrize(
    ("version", "address", "symbols", "label"),
    [
        ("7,8,279,23,-node.57", 0x100400000, True, "LazyCompile: *f /a.js:1:2"),
        ("7,8,279,23,-node.57", 0x100400000, False, "UNKNOWN"),
        ("14,6,202,34,-node.34", 0x100400000, False, "LazyCompile: *f /a.js:1:2"),
        ("14,6,202,34,-node.34", 0x100000400000, True, "LazyCompile: *f /a.js:1:2"),
        ("14,6,202,34,-node.34", 0x100000400000, False, "UNKNOWN"),
    ],
)
def test_code_far_from_a_library_is_code_but_for_nodes_own_tool(version, address, symbols, label):
    log = (
        f"v8-version,{version},0\nshared-library,/opt/node,0x400000,0x500000,0\n"
        f"code-creation,LazyCompile,0,1,{address:#x},16,f /a.js:1:2,0x9000,*\n"
        f"tick,{address + 4:#x},10,0,0x0,0\n"
    )
    profile = read(Source("a.log", io.BytesIO(log.encode())), ReadOptions(symbols=symbols))
    assert stacks_of(profile) == [[label]]


BUILTINS = (
    "v8-version,11,3,244,8,-node.40,0\nshared-library,/opt/node,0x400000,0x2600000,0\n"
    "new,CodeRange,0x7f4fc0000000,0\nnew,MemoryChunk,0x1000000000,262144\n"
    "code-creation,Builtin,2,1,0x1800000,768,First\n"
    "code-creation,BytecodeHandler,0,2,0x19b0000,64,Ldar\n"
)
COPY = 0x7F4FC0000000 + (512 << 20) - (7 << 18)  # 0x1b0040 bytes, in seven times 256 KB


@pytest.mark.parametrize("symbols", [True, False])
def test_builtins_that_run_from_a_copy_are_named_as_the_log_names_the_original(symbols):
    ticks = f"tick,{COPY + 4:#x},9,0,0x0,0,{COPY + 0x1B0010:#x}\ntick,0x1800008,10,0,0x0,0\n"
    profile = profile_of(BUILTINS + ticks, symbols=symbols)
    assert stacks_of(profile) == (
        [["Builtin: First", "BytecodeHandler: Ldar"], ["Builtin: First"]]
        if symbols
        else [["UNKNOWN"], ["/opt/node"]]
    )


def test_without_a_hit_in_the_copy_there_is_none():
    profile = profile_of(BUILTINS + "tick,0x7f4fc0000004,9,0,0x0,0\n", symbols=True)
    assert stacks_of(profile) == [["(unnamed code)"]]


@pytest.mark.parametrize(
    ("address", "label"),
    [
        (0xF000, "(unnamed code)"),
        (0x10008, "JS: *f /a.js:1:2"),
        (0x10018, "UNKNOWN"),
        (0, "UNKNOWN"),
    ],
)
def test_a_tick_right_before_named_code_is_in_unnamed_code(address, label):
    code = "code-creation,JS,9,1,0x10000,16,f /a.js:1:2,0x9000000,*\n"
    profile = profile_of(HEADER + code + f"tick,{address:#x},9,0,0x0,0\n", symbols=True)
    assert stacks_of(profile) == [[label]]
    null = "without an address: counted under UNKNOWN"
    assert profile.ledger.count(Action.REPAIRED, "ticks", null) == (not address)
    assert_balanced(profile)


def assert_balanced(profile):
    for unit in ("lines", "ticks", "frames"):
        fates = [entry for entry in profile.ledger.entries if entry.unit == unit]
        read = sum(entry.count for entry in fates if entry.action is Action.READ)
        assert read == sum(entry.count for entry in fates if entry.action is not Action.READ)


def test_a_builtin_keeps_its_name_when_it_gets_a_function():
    profile = profile_of(
        'v8-version,5,1,281,108,0\ncode-creation,Builtin,5,0x1000,16,"ArrayIsArray"\n'
        'code-creation,LazyCompile,0,0x1000,16,"isArray",0x9000,\ntick,0x1004,10,0,0x0,0\n'
    )
    assert stacks_of(profile) == [["Builtin: ArrayIsArray"]]


def test_a_library_of_the_kernel_is_skipped():
    profile = profile_of(
        SHORT + "shared-library,[vsyscall],0xffffffffff600000,0xffffffffff601000,0\n"
    )
    assert not profile.libraries
    assert not profile.ledger.losses


@pytest.mark.parametrize(
    "line",
    [
        "tick,0x1004,9223372036854775807,0,0x0,0",
        "tick,0x1004,100000000000000000,0,0x0,0",
        "tick,0x1004,-100000000000000000,0,0x0,0",
        f"tick,0x1004,{'9' * 5000},0,0x0,0",
        "tick,0x1004,11,0,0x0,200",
        "tick,0x1004,1\x002,0,0x0,0",
        f"profiler,begin,{'9' * 30}",
        "profiler,begin,-5",
        f"shared-library,/lib/a.so,0x400000,0x500000,0x{'f' * 30}",
        "code-creation,JS,9,1,0x1000,16,f /a.js:1:2,0x9000,o",
        "code-creation,JS,9,1,0x1000,1099511627775,f /a.js:1:2,0x9000,~",
    ],
)
def test_numbers_that_no_clock_or_memory_has_are_dropped_not_wrapped(line):
    profile = profile_of(f"{SHORT}{line}\n")
    assert profile.threads[0].samples.time.tolist() == [10_000]
    assert profile.meta.interval is None
    assert [e.example for e in profile.ledger.losses] == ["line 4"]


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
    assert profile.ledger.count(Action.READ, "ticks") == 3
    for unit in ("lines", "ticks"):
        fates = (Action.USED, Action.SKIPPED, Action.REPAIRED, Action.DROPPED)
        assert profile.ledger.count(Action.READ, unit) == sum(
            profile.ledger.count(fate, unit) for fate in fates
        )


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


OPTIMISED = "code-creation,JS,12,1,0x1000,64,f /a.js:1:2,0x9000,*\n"
OLD_OPTIMISED = 'code-creation,LazyCompile,0,1,0x1000,64,"f /a.js:1:2",0x9000,*\n'
OLD_DEOPT = 'code-deopt,5,64,0x1000,-1,14,"eager","</srv/a,b.js:1:15>","wrong map"\n'
INLINED = "</a.js:1:9> inlined at </b\\x2C.js:2:3>"
DEOPT = f"code-deopt,5,64,0x1000,0,272,deopt-eager,{INLINED},not a Smi\n"
LAZY_DEOPT = "code-deopt,9,64,0x1000,0,272,deopt-lazy,</a.js:1:9>,(unknown)\n"


@pytest.mark.parametrize(
    ("log", "rows"),
    [
        (
            f"v8-version,6,1,534,46,0\n{OLD_OPTIMISED}{OLD_DEOPT}",
            [("f", "eager", "wrong map", "</srv/a,b.js:1:15>", 1)],
        ),
        (
            f"{HEADER}{OPTIMISED}{DEOPT}{DEOPT}{LAZY_DEOPT}",
            [
                ("f", "eager", "not a Smi", "</a.js:1:9> inlined at </b,.js:2:3>", 2),
                ("f", "lazy", "(unknown)", "</a.js:1:9>", 1),
            ],
        ),
        (
            f"{HEADER}code-deopt,5,64,0x7777,-1,14,eager,</a.js:1:9>,wrong map\n",
            [(None, "eager", "wrong map", "</a.js:1:9>", 1)],
        ),
        (
            'v8-version,5,1,281,108,0\ncode-disable-optimization,"g","TryCatch"\n',
            [("g", "never-optimize", "TryCatch", "", 1)],
        ),
    ],
)
def test_deoptimisations(log, rows):
    profile = profile_of(log)
    table = profile.deopts
    found = [
        (
            None if function == ABSENT else profile.text(profile.functions.name[function]),
            *(profile.text(int(getattr(table, n)[row])) for n in ("kind", "reason", "place")),
            int(table.count[row]),
        )
        for row, function in enumerate(table.function.tolist())
    ]
    assert found == rows


FIRST = "js gc compiler other external idle unknown unknown unknown unknown"
SECOND = "js gc parser bytecode-compiler compiler other external idle unknown unknown"
THIRD = "js gc parser bytecode-compiler compiler other external atomics-wait idle logging"


@pytest.mark.parametrize(
    ("version", "labels"),
    [
        ("5,1,281,108", FIRST),
        ("6,8,275,32", SECOND),
        ("7,8,279,23", SECOND),
        ("8,4,371,23", THIRD),
        ("14,6,202,34", THIRD),
    ],
)
def test_states_have_the_meaning_of_their_version(version, labels):
    ticks = "".join(f"tick,0x1004,{n},0,0x0,{n}\n" for n in range(10))
    profile = profile_of(f"v8-version,{version},0\nshared-library,/opt/node,0x1,0x2,0\n{ticks}")
    states = profile.threads[0].samples.state.tolist()
    assert [VmState(state).label for state in states] == labels.split()
