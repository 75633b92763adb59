"""Folded stacks of every origin and encoding, line by line."""

from __future__ import annotations

import codecs
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import profkit.formats.folded.stacks as stacks_module
from profkit.errors import EmptyInputError, FormatError
from profkit.formats.folded import read, sniff
from profkit.formats.registry import ReadOptions
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, Tier, validate
from profkit.source import HEAD_SIZE, Source

SAMPLES = Path(__file__).parents[2] / "samples"
# Native code has other names in profkit than in the file: test_pyspy_native.py looks at that.
RECORDINGS = sorted(
    path for path in SAMPLES.glob("py-spy/*/*.raw.txt.gz") if "native" not in path.name
)
IDS = [path.name.removesuffix(".raw.txt.gz") for path in RECORDINGS]


def profile_of(text):
    data = text if isinstance(text, bytes) else text.encode()
    return validate(read(Source("a.folded", io.BytesIO(data)), ReadOptions()))


def refusal(text):
    with pytest.raises(FormatError) as caught:
        profile_of(text)
    assert "\n" not in str(caught.value)
    return caught.value


def label_of(profile, frame):
    """Write a frame as py-spy does."""
    function = int(profile.frames.function[frame])
    name = profile.text(int(profile.functions.name[function]))
    file = profile.text(int(profile.functions.file[function]))
    line = int(profile.frames.line[frame])
    if not file:
        return name
    return f"{name} ({file})" if line == ABSENT else f"{name} ({file}:{line})"


def stack_of(profile, node):
    labels = []
    while node != ABSENT:
        labels.append(label_of(profile, int(profile.tree.frame[node])))
        node = int(profile.tree.parent[node])
    return ";".join(reversed(labels))


def by_stack(profile):
    own = profile.self_values(0).tolist()
    return {stack_of(profile, node): value for node, value in enumerate(own) if value}


def ledger_of(profile):
    return {
        (e.action, e.unit, e.cause): (e.count, e.example)
        for e in profile.ledger.entries
        if e.action not in (Action.READ, Action.USED)
    }


# --- lines ----------------------------------------------------------------------------------


def test_each_line_is_a_sample_of_its_stack():
    profile = profile_of("main;run;write 12\nmain;run 3\nmain;run;write 1\n")
    assert by_stack(profile) == {"main;run;write": 13, "main;run": 3}
    assert profile.threads[0].samples.values.ravel().tolist() == [12, 3, 1]
    assert [(t.type, t.unit) for t in profile.value_types] == [("samples", "count")]
    assert profile.threads[0].samples.time is None
    assert profile.ledger.count(Action.READ, "lines") == 3
    assert not ledger_of(profile)


def test_the_last_line_may_lack_its_end():
    assert by_stack(profile_of("main 1\nmain;run 2")) == {"main": 1, "main;run": 2}


def test_a_blank_that_is_no_separator_belongs_to_the_name():
    stack = "operator new (unsigned long);get length;a  b"
    assert by_stack(profile_of(f"{stack} 7\n")) == {stack: 7}


def test_tabs_and_more_blanks_before_the_count_and_after_it_are_no_part_of_the_name():
    assert by_stack(profile_of("main\t1\nmain  2 \nmain 3\t\n")) == {"main": 6}


def test_comments_and_blank_lines_are_skipped_and_counted():
    profile = profile_of("# recorded 12\n\nmain 1\n#2\n   \nmain 2\n")
    assert by_stack(profile) == {"main": 3}
    assert ledger_of(profile) == {
        (Action.SKIPPED, "lines", "comments"): (2, ""),
        (Action.SKIPPED, "lines", "blank"): (2, ""),
    }


def test_rubys_singleton_classes_are_no_comments():
    assert by_stack(profile_of("#<Class:Shop>#open;call 2\n")) == {"#<Class:Shop>#open;call": 2}


def test_lines_without_a_count_are_dropped_with_their_place():
    profile = profile_of("main 1\nmain;run\nmain 2\n12\nmain 3\n")
    assert by_stack(profile) == {"main": 6}
    assert ledger_of(profile) == {
        (Action.DROPPED, "lines", "without a count at the end"): (1, "line 2"),
        (Action.DROPPED, "lines", "without a stack"): (1, "line 4"),
    }


def test_frames_without_a_name_are_left_out():
    profile = profile_of("main;;run; 3\n;main 1\n;; 2\n")
    assert by_stack(profile) == {"main;run": 3, "main": 1}
    assert ledger_of(profile) == {
        (Action.REPAIRED, "frames", "without a name: left out"): (3, "line 1"),
        (Action.DROPPED, "lines", "without a stack"): (1, "line 3"),
    }


def test_a_count_of_nothing_is_one():
    assert profile_of("main 0\nrun 1\n").sample_count == 2


def test_a_count_may_take_all_of_62_bits():
    assert by_stack(profile_of(f"main {2**62 - 2**12}\n")) == {"main": 2**62 - 2**12}


# --- decimals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "values"),
    [
        ("a 2.0\nb 3\n", "count", [2, 3]),
        ("a 2.5\nb 3\n", "thousandths", [2500, 3000]),
        ("a .125\nb 0.0625\n", "millionths", [125_000, 62_500]),
        ("a 1e-7\nb 1e3\n", "billionths", [100, 10**12]),
        ("a 12.\nb 1.5E+1\n", "count", [12, 15]),
    ],
)
def test_decimals_make_the_unit_finer(text, unit, values):
    profile = profile_of(text)
    assert profile.value_types[0].unit == unit
    assert profile.threads[0].samples.values.ravel().tolist() == values
    assert not profile.ledger.losses


def test_more_decimals_than_billionths_are_rounded_and_counted():
    profile = profile_of("a 0.33333333333333\nb 0.5\n")
    assert profile.threads[0].samples.values.ravel().tolist() == [333_333_333, 500_000_000]
    cause = "counts with more decimals: rounded to billionths"
    assert ledger_of(profile) == {(Action.REPAIRED, "lines", cause): (1, "")}


def test_a_fraction_belongs_to_its_own_line():
    profile = profile_of("#x 1.5\n;; 1.5\nmain 2\nmain 0.5\n")
    assert profile.threads[0].samples.values.ravel().tolist() == [2000, 500]


# --- encodings ------------------------------------------------------------------------------

TEXT = "naïve;関数;🔥 5\nmain;関数 2\n"
EXPECTED = {"naïve;関数;🔥": 5, "main;関数": 2}


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 little", "utf-16 big"],
)
def test_encodings_are_told_by_their_marks(encode, ends):
    data = encode(TEXT.replace("\n", ends))
    assert by_stack(profile_of(data)) == EXPECTED
    assert by_stack(profile_of(encode(TEXT.replace("\n", ends).rstrip()))) == EXPECTED
    assert sniff(data) is True


def test_characters_may_be_cut_by_the_pieces_of_a_file():
    text = "".join(f"main;関数{n % 7};🔥 1\n" for n in range(60_000))
    data = codecs.BOM_UTF16_LE + b"\n\0" + text.encode("utf-16-le")
    assert sum(by_stack(profile_of(data)).values()) == 60_000


def test_names_that_are_no_utf_8_are_repaired():
    profile = profile_of(b"main;caf\xe9 1\nmain;caf\xe9 2\n")
    assert by_stack(profile) == {"main;caf\ufffd": 3}
    cause = "not valid UTF-8: \ufffd in place of what is not"
    assert ledger_of(profile) == {(Action.REPAIRED, "names", cause): (1, "line 1")}


def test_utf_16_that_is_cut_is_refused():
    data = codecs.BOM_UTF16_LE + "main 1\nrun 2\n".encode("utf-16-le")
    assert refusal(data[:-1]).message.startswith("is not valid UTF-16")


# --- frames ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "name", "file", "function_line", "line", "kind"),
    [
        ("f (service.py:12)", "f", "service.py", -1, 12, Kind.PYTHON),
        ("<module> (C:\\a\\b.py:3)", "<module>", "C:\\a\\b.py", -1, 3, Kind.PYTHON),
        ("f (<frozen os>:3)", "f", "<frozen os>", -1, 3, Kind.PYTHON),
        ("f (service.py)", "f", "service.py", -1, -1, Kind.PYTHON),
        ("<lambda> (<string>:1)", "<lambda>", "<string>", -1, 1, Kind.PYTHON),
        ("f (x) (service.py:12)", "f (x)", "service.py", -1, 12, Kind.PYTHON),
        ("poll (libc.so.6)", "poll", "libc.so.6", -1, -1, Kind.NATIVE),
        ("eval (ceval.c:99)", "eval", "ceval.c", -1, 99, Kind.NATIVE),
        ("f (/srv/a.js:10:5)", "f", "/srv/a.js", -1, 10, Kind.JS),
        ("f /srv/a.js:10", "f", "/srv/a.js", 10, -1, Kind.JS),
        ("f lib/service.py:10", "f", "lib/service.py", 10, -1, Kind.PYTHON),
        ("get x node:fs:10:5", "get x", "node:fs", 10, -1, Kind.JS),
        ("LazyCompile:*f file:///srv/a.js:10:5", "f", "/srv/a.js", 10, -1, Kind.JS),
        ("JS:~ /srv/a.js:1:1", "(anonymous)", "/srv/a.js", 1, -1, Kind.JS),
        ("f /srv/a.py:10", "f", "/srv/a.py", 10, -1, Kind.PYTHON),
        ("<module> <frozen os>:1", "<module>", "<frozen os>", 1, -1, Kind.PYTHON),
        ("Write (bytes/buffer.go:9)", "Write", "bytes/buffer.go", -1, 9, Kind.NATIVE),
        ("<lambda> <string>:1", "<lambda>", "<string>", 1, -1, Kind.PYTHON),
        ("main (/opt/node/bin/node)", "main", "/opt/node/bin/node", -1, -1, Kind.UNKNOWN),
        ("[vdso] ([vdso])", "[vdso]", "[vdso]", -1, -1, Kind.UNKNOWN),
        ("len (<built-in>)", "len", "<built-in>", -1, -1, Kind.BUILTIN),
        ("do_syscall_64_[k]", "do_syscall_64_[k]", "", -1, -1, Kind.NATIVE),
        ("[unknown]", "[unknown]", "", -1, -1, Kind.UNKNOWN),
        ("operator new (unsigned)", "operator new (unsigned)", "", -1, -1, Kind.UNKNOWN),
        ("std::get<1> (a, b)", "std::get<1> (a, b)", "", -1, -1, Kind.UNKNOWN),
        ("a.js:10", "a.js:10", "", -1, -1, Kind.UNKNOWN),
        ("(idle)", "(idle)", "", -1, -1, Kind.IDLE),
    ],
)
def test_a_label_tells_name_place_and_kind(label, name, file, function_line, line, kind):
    profile = profile_of(f"{label} 1\n")
    table = profile.functions
    assert profile.text(int(table.name[0])) == name
    assert profile.text(int(table.file[0])) == file
    assert int(table.line[0]) == function_line
    assert int(profile.frames.line[0]) == line
    assert int(table.kind[0]) == kind


def test_lines_of_a_python_function_are_frames_of_one_function():
    profile = profile_of("f (a.py:1) 1\nf (a.py:2) 1\nf (b.py:1) 1\n")
    assert len(profile.functions) == 2
    assert len(profile.frames) == 3


def test_tiers_of_a_javascript_function_are_frames_of_one_function():
    profile = profile_of("JS:~f a.js:1:2 1\nJS:*f a.js:1:2 1\n")
    assert len(profile.functions) == 1
    assert sorted(profile.frames.tier.tolist()) == [Tier.IGNITION, Tier.TURBOFAN]


# --- threads --------------------------------------------------------------------------------


def threads_of(profile):
    return {
        (t.process_id, t.process_name, t.thread_id, t.name): int(t.samples.values.sum())
        for t in profile.threads
    }


def test_threads_and_processes_of_py_spy_are_no_frames():
    profile = profile_of(
        "thread (0x7F00AA): MainThread;main (a.py:1) 1\n"
        "thread (12);main (a.py:1) 2\n"
        'process 9:"python a.py";thread (12): Worker (3);main (a.py:1) 3\n'
        'process 9:"python a.py";process 10:"sh";main (a.py:1) 4\n'
        "main (a.py:1) 5\n"
    )
    assert by_stack(profile) == {"main (a.py:1)": 15}
    assert threads_of(profile) == {
        (-1, "", 0x7F00AA, "MainThread"): 1,
        (-1, "", 12, ""): 2,
        (9, "python a.py", 12, "Worker (3)"): 3,
        (10, "sh", -1, ""): 4,
        (-1, "", -1, ""): 5,
    }


@pytest.mark.parametrize(
    "stack", ["thread (12): a", "thread (x);main", "process 9;main", "main;thread (12): a"]
)
def test_what_only_looks_like_a_thread_is_a_frame(stack):
    profile = profile_of(f"{stack} 1\n")
    assert by_stack(profile) == {stack: 1}
    assert threads_of(profile) == {(-1, "", -1, ""): 1}


# --- what makes no sense --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("main 1\nmain -5\n", "line 2", "a count of -5; counts are 0 or more"),
        ("main 1\nmain -0.5\n", "line 2", "a count of -0.5; counts are 0 or more"),
        (f"main 1\nmain {2**63}\n", "line 2", "a count is beyond 64 bits"),
        ("main " + "9" * 5000, "line 1", "a count is beyond 64 bits"),
        ("main 1e999", "line 1", "a count is beyond 64 bits"),
        (f"main {2**62}\nmain {2**62}\n", "", "the values are too large to be summed"),
        ("main 0.123456789\nrun 99999999999\n", "", "the values are too large to be summed"),
        ("a;b 10 12\na 1 0\n", "line 1", "each line ends in two counts"),
        ("a 1\nb\nc\n", "line 2", "most lines are no stacks with a count"),
        ("hello\n", "line 1", "most lines are no stacks with a count"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(text, where, message):
    error = refusal(text)
    assert error.where == where
    assert error.message.startswith(message)


@pytest.mark.parametrize("text", ["\n", "# nothing\n\n"])
def test_a_file_without_stacks_is_empty(text):
    error = refusal(text)
    assert isinstance(error, EmptyInputError)
    assert error.message == "holds no stacks"


# --- telling the format ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        (b"main;run 12\nmain 3\n", True),
        (b"main;run 12", True),
        (b"main 1.5\r\nrun 2\r\n", True),
        (b"\n# comment\n\nmain;run 12\n", True),
        (b"main;run 12\nmain;run\n", None),
        (b"a;" * (HEAD_SIZE // 2), None),
        (b"one two three\nfour five\n", False),
        (b"", False),
        (b"\n\n", False),
        (b'{"nodes": [\n', False),
        (b'{\n  "count": 12\n}\n', False),
        (b"[\n  1,\n", False),
        (b"a;b\0c 12\n", False),
        (bytes(range(256)) * 10, False),
        (b"{main};{closure} 12\n", True),
        (b"{main};{closure} 12\n{main}\n", False),
    ],
)
def test_folded_stacks_are_told_by_their_lines(head, verdict):
    assert sniff(head) is verdict


# --- against a plain reading ----------------------------------------------------------------

labels = st.text(
    st.characters(codec="utf-8", exclude_characters=";\n\r\0#", exclude_categories=["Zs", "Cc"]),
    min_size=1,
    max_size=6,
).filter(lambda label: not label.startswith(("\ufeff", "-")))
plain_stacks = st.lists(labels, min_size=1, max_size=6).map(";".join)
documents = st.lists(st.tuples(plain_stacks, st.integers(0, 10**12)), min_size=1, max_size=30)


@given(documents, st.integers(1, 20))
def test_any_stacks_are_summed_as_a_dictionary_would(rows, part):
    text = "".join(f"{stack} {count}\n" for stack, count in rows)
    expected = Counter()
    for stack, count in rows:
        expected[stack] += count
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stacks_module, "_PART_NODES", part)
        patch.setattr(Source, "chunks", lambda _, **__: pieces(text.encode(), part))
        assert by_stack(profile_of(text)) == dict(+expected)


def pieces(data, size):
    for start in range(0, len(data), size):
        yield data[start : start + size]


@pytest.mark.parametrize("path", RECORDINGS, ids=IDS)
def test_recordings_equal_a_naive_reading(path):
    expected, threads = Counter(), Counter()
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        stack, _, count = line.rpartition(" ")
        first, _, rest = stack.partition(";")
        if first.startswith("thread "):
            stack = rest
            threads[first.partition(": ")[2]] += int(count)
        expected[stack] += int(count)
    profile = load(path)
    assert by_stack(profile) == expected
    if threads:
        assert {t.name: int(t.samples.values.sum()) for t in profile.threads} == threads


def test_stacks_may_be_deep():
    depth = 10_000
    text = ";".join(f"f{n}" for n in range(depth)) + " 3\n"
    profile = profile_of(text)
    assert len(profile.tree) == depth
    assert int(profile.tree.depth.max()) == depth - 1
