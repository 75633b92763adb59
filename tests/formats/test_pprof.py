"""pprof: Go's own profile as its own tool shows it, and messages that are odd or make no sense."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written import by_name, decode_message, threads_of

from profkit.errors import EmptyInputError, FormatError
from profkit.formats.pprof import read, sniff
from profkit.formats.pprof.protobuf import (
    TruncatedError,
    WireError,
    block,
    fields,
    number,
    packed,
    signed,
    unpacked,
    varint,
)
from profkit.formats.registry import ReadOptions, detect
from profkit.loading import load
from profkit.profile import ABSENT, Action, Kind, validate
from profkit.source import Source

SAMPLES = Path(__file__).parents[2] / "samples"
RECORDINGS = sorted(SAMPLES.glob("go/*/*.pb.gz"))
ROW = re.compile(
    r"^\s*(\d+)[a-z]*\s+\S+\s+\S+\s+(\d+)[a-z]*\s+\S+\s+(.*?)(?: \((?:partial-)?inline\))?$"
)
STRINGS = (
    "", "samples", "count", "cpu", "nanoseconds", "main", "run", "/srv/app/main.go", "thread",
    "worker", "thread_id", "/usr/lib/libz.so", "milliseconds", "path",
)  # fmt: skip


def at(text):
    return STRINGS.index(text)


def value_type(name, unit):
    return block(1, number(1, at(name)) + number(2, at(unit)))


def sample(locations, values, labels=b""):
    return block(2, packed(1, map(varint, locations)) + packed(2, map(varint, values)) + labels)


def label(key, text="", value=0):
    return block(3, number(1, at(key)) + number(2, at(text)) + number(3, value))


def location(identity, *lines, mapping=0, address=0):
    inner = b"".join(
        block(4, number(1, function) + number(2, line) + number(3, column))
        for function, line, column in lines
    )
    return block(4, number(1, identity) + number(2, mapping) + number(3, address) + inner)


def function(identity, name, file="", line=0):
    parts = number(2, at(name)) + number(4, at(file)) + number(5, line)
    return block(5, number(1, identity) + parts)


TABLES = (
    location(1, (1, 12, 0))
    + location(2, (2, 20, 3), (1, 14, 0))  # run, inlined into main
    + function(1, "main", "/srv/app/main.go")
    + function(2, "run", "/srv/app/main.go", 18)
)
TYPES = value_type("samples", "count") + value_type("cpu", "nanoseconds")


def message(*parts, strings=STRINGS):
    return b"".join(parts) + b"".join(block(6, text.encode()) for text in strings)


def profile_of(*parts, **options):
    data = message(*parts, **options)
    return validate(read(Source("app.pb", io.BytesIO(data)), ReadOptions()))


def names(profile, node):
    found = []
    while node >= 0:
        row = profile.function_of_node[node]
        found.insert(0, profile.text(profile.functions.name[row]))
        node = profile.tree.parent[node]
    return found


# --- recordings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_recording_is_what_gos_own_tool_says(path) -> None:
    profile = load(path)
    text = gzip.decompress(path.with_name("orders.pprof-top.txt.gz").read_bytes()).decode()
    rows = [match for match in map(ROW.match, text.splitlines()) if match]
    expected = {row[3]: [int(row[1]), int(row[2])] for row in rows}
    ((_, samples),) = threads_of(profile)
    assert len(expected) > 200
    assert by_name(samples) == expected


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_recording_has_values_times_and_lines(path) -> None:
    profile = load(path)
    assert [(kind.type, kind.unit) for kind in profile.value_types] == [
        ("cpu", "nanoseconds"),
        ("samples", "count"),
    ]
    assert profile.meta.interval == 10_000_000
    assert 5e9 < profile.meta.end_time - profile.meta.start_time < 6e9
    assert (profile.frames.line > 0).mean() > 0.9
    assert set(profile.functions.kind.tolist()) == {Kind.NATIVE}
    assert profile.libraries[0].path == "/srv/go-orders/orders"
    assert profile.ledger.count(Action.SKIPPED, "labels") > 0


# --- what a message means -------------------------------------------------------------------------


def test_stacks_are_from_root_to_leaf_with_inlined_functions_apart() -> None:
    profile = profile_of(TYPES, sample([2, 1], [3, 30]), TABLES)
    assert names(profile, profile.threads[0].samples.node[0]) == ["main", "main", "run"]
    assert profile.frames.line[profile.tree.frame].tolist() == [12, 14, 20]
    assert profile.functions.line.tolist() == [ABSENT, 18]


def test_the_last_value_comes_first_unless_the_message_says_otherwise() -> None:
    body = (TYPES, sample([1], [3, 30]), TABLES)
    assert [kind.type for kind in profile_of(*body).value_types] == ["cpu", "samples"]
    shown = number(14, at("samples"))
    assert [kind.type for kind in profile_of(*body, shown).value_types] == ["samples", "cpu"]


def test_times_of_any_unit_become_nanoseconds() -> None:
    profile = profile_of(value_type("cpu", "milliseconds"), sample([1], [-7]), TABLES)
    assert profile.threads[0].samples.values.tolist() == [[-7_000_000]]
    assert profile.value_types[0].unit == "nanoseconds"


def test_two_values_of_one_name_stay_two() -> None:
    profile = profile_of(TYPES, value_type("cpu", "nanoseconds"), sample([1], [1, 2, 3]), TABLES)
    assert [kind.type for kind in profile.value_types] == ["cpu", "samples", "cpu'"]


def test_labels_tell_threads() -> None:
    worker = label("thread", "worker") + label("thread_id", value=7)
    profile = profile_of(
        TYPES,
        sample([1], [1, 1], worker),
        sample([1], [1, 2]),
        sample([2], [1, 3], worker + label("path", "run")),
        TABLES,
    )
    assert [(t.name, t.thread_id, len(t.samples)) for t in profile.threads] == [
        ("worker", 7, 2),
        ("", ABSENT, 1),
    ]
    assert profile.ledger.count(Action.SKIPPED, "labels", "that tell no thread") == 1


def test_an_address_without_a_name_is_its_librarys() -> None:
    mapping = block(
        3, number(1, 1) + number(2, 0x1000) + number(3, 0x2000) + number(5, at("/usr/lib/libz.so"))
    )
    profile = profile_of(
        TYPES,
        sample([5, 6], [1, 1]),
        mapping,
        location(5, mapping=1, address=0x1234),
        location(6, address=0xFF),
    )
    assert names(profile, profile.threads[0].samples.node[0]) == ["0xff", "libz.so"]
    assert Kind.SHARED_LIBRARY in profile.functions.kind
    assert sorted(profile.frames.address.tolist()) == [0xFF, 0x1234]


def test_integers_that_are_not_packed_are_read() -> None:
    loose = block(2, number(1, 2) + number(1, 1) + number(2, 3) + number(2, 30))
    profile = profile_of(TYPES, loose, TABLES)
    assert profile.threads[0].samples.values.tolist() == [[30, 3]]


def test_samples_without_a_location_are_dropped() -> None:
    profile = profile_of(TYPES, sample([], [1, 1]), sample([1], [1, 1]), TABLES)
    assert profile.sample_count == 1
    assert profile.ledger.count(Action.DROPPED, "samples", "without a location") == 1


# --- what makes no sense --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "where", "text"),
    [
        ((sample([1], [1]), TABLES), "", "says of no value what it measures"),
        ((TYPES, sample([1], [1]), TABLES), "sample 0", "has 1 values; 2 are expected"),
        ((TYPES, sample([9], [1, 1]), TABLES), "sample 0", "location 9 does not exist"),
        ((TYPES, location(3, (8, 1, 0)), sample([3], [1, 1])), "location 3", "function 8 does not"),
        ((block(1, number(1, 99)),), "", "string 99 does not exist; there are 14"),
        ((TYPES, sample([1], [1, 1 << 62]), TABLES), "", "too large to be summed"),
    ],
)
def test_what_refers_to_nothing_is_refused(parts, where, text) -> None:
    with pytest.raises(FormatError, match=text) as caught:
        profile_of(*parts)
    assert caught.value.where == where


def test_a_profile_without_samples_is_refused() -> None:
    with pytest.raises(EmptyInputError, match="holds no samples"):
        profile_of(TYPES, TABLES)


def test_a_damaged_label_is_refused() -> None:
    with pytest.raises(FormatError, match="the profile ends within field"):
        profile_of(TYPES, sample([1], [1, 1], block(3, b"\x0a\x05ab")), TABLES)


def test_a_damaged_message_is_refused() -> None:
    data = message(TYPES, sample([1], [1, 1]), TABLES)
    for bad, text in ((data[:-3], "ends within field 6"), (data + b"\x0f", "wire type 7")):
        with pytest.raises(FormatError, match=text):
            read(Source("app.pb", io.BytesIO(bad)), ReadOptions())


# --- telling it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.parent.name)
def test_a_recording_is_told_by_its_content(path) -> None:
    data = gzip.decompress(path.read_bytes())
    assert sniff(data[:65536]) is True
    assert detect(Source("x", io.BytesIO(data))).name == "pprof"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"main;run 3\n",
        b'{"nodes":[]}',
        b"\n\nmain 1\n",
        b"v8-version,1\n",
        b"\x1f\x8b\x08",
        b"PK",
    ],
)
def test_other_files_are_told_apart(head) -> None:
    assert not sniff(head)


@pytest.mark.parametrize("other", sorted(SAMPLES.glob("*/*/*.gz")), ids=lambda path: path.name)
def test_no_other_recording_is_taken_for_one(other) -> None:
    if ".pb." not in other.name:
        with gzip.open(other) as file:
            assert sniff(file.read(65536)) is False


# --- the wire format ------------------------------------------------------------------------------


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_survives(value) -> None:
    assert [signed(found) for found in unpacked(varint(value))] == [value]
    assert decode_message(number(3, value) or number(3, 1))[3]


@given(st.lists(st.one_of(st.integers(1, 2**64 - 1), st.binary(max_size=9)), max_size=9))
def test_fields_survive_in_their_order(values) -> None:
    data = b"".join(
        number(n, v) if isinstance(v, int) else block(n, v) for n, v in enumerate(values, 1)
    )
    assert list(fields(data)) == list(enumerate(values, 1))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\x80" * 11, WireError),
        (b"\x08\x80", TruncatedError),
        (b"\x0a\x05ab", TruncatedError),
        (b"\x09\x01", TruncatedError),
        (b"\x00\x01", WireError),
        (b"\x0b", WireError),
    ],
)
def test_what_is_no_message_is_refused(data, error) -> None:
    with pytest.raises(error):
        list(fields(data))


def test_fields_of_a_fixed_width_are_passed_over() -> None:
    assert list(fields(b"\x09" + b"x" * 8 + b"\x15" + b"y" * 4 + b"\x08\x07")) == [(1, 7)]
