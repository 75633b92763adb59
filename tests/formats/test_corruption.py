"""Whatever happens to a file, reading it gives a valid profile or an error that says so."""

from __future__ import annotations

import gzip
import json
import marshal
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profkit.errors import InvalidProfileError, ProfkitError
from profkit.loading import load
from profkit.profile import Profile

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = {
    "austin": "austin/*/tasks.full.austin.gz",
    "cpuprofile": "chrome/*/page.cpuprofile.gz",
    "folded": "py-spy/*/py-web-logger.threads.raw.txt.gz",
    "perf": "perf/*/hash.perf.txt.gz",
    "pstats": "cprofile/*/tasks.pstats.gz",
    "pyinstrument": "pyinstrument/*/tasks.pyisession.gz",
    "pyinstrument tree": "pyinstrument/*/tasks.json.gz",
    "v8log": "chrome/*/page.v8.log.gz",
    "speedscope": "py-spy/*/py-web-quiet.speedscope.json.gz",
    "pprof": "go/*/orders.pb.gz",
    "speedscope events": "pyinstrument/*/py-web-quiet.speedscope.json.gz",
    "devtools_trace": "chrome/*/page.trace.json.gz",
    "devtools_trace array": "chrome/*/page.trace.json.gz",
    "trace_spans": "py-spy/*/py-web-quiet.chrometrace.json.gz",
}
# The beginning of a recording is as good as all of it, and there are many to read.
LINES = 60
TEXTS = {"austin", "folded", "perf"}


def sample(name):
    pattern = FILES[name]
    paths = sorted(SAMPLES.glob(pattern)) or sorted(
        SAMPLES.glob(pattern.replace("quiet", "logger"))
    )
    return gzip.decompress(paths[-1].read_bytes())


def shortened(name):
    data = sample(name)
    if name in TEXTS:
        return b"\n".join(data.split(b"\n")[:LINES]) + b"\n"
    if name == "pprof":
        return data
    if name == "pstats":
        # Sixty of its functions are as good as all.
        return marshal.dumps(dict(list(marshal.loads(data).items())[:LINES]))  # noqa: S302 (our own)
    if name == "v8log":
        lines = data.splitlines(keepends=True)
        ticks = [line for line in lines if line.startswith(b"tick,")]
        return b"".join(lines[:LINES] + lines[-LINES:] + ticks[:LINES])
    document = shortened_document(name, json.loads(data))
    return json.dumps(document, separators=(",", ":")).encode()


def shortened_document(name, document):
    if name == "trace_spans":
        return document[:LINES]
    if name.startswith("devtools_trace"):
        events = document["traceEvents"]
        names = {"thread_name", "process_name", "Profile", "ProfileChunk"}
        kept = [e for e in events if e["name"] in names]
        kept = kept[:30] + [e for e in events if e["name"] not in names][:LINES]
        return kept if name.endswith("array") else {"metadata": {}, "traceEvents": kept}
    parts = document["profiles"] if name.startswith("speedscope") else [document]
    for part in parts:
        for key in ("samples", "timeDeltas", "weights", "events", "frame_records"):
            if key in part:
                part[key] = part[key][:LINES]
    return document


FORMATS = {name: name.split()[0] for name in FILES}
ORIGINALS = {name: shortened(name) for name in FILES}
DOCUMENTS = FILES.keys() - TEXTS - {"pprof", "pstats", "v8log"}
formats = pytest.mark.parametrize("name", FILES)
edits = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 12),
        st.one_of(
            st.binary(max_size=4),
            st.sampled_from(
                [
                    b"0",
                    b"-1",
                    b"9" * 30,
                    b"1e999",
                    b"1e-300",
                    b"null",
                    b'"',
                    b"{}",
                    b"[]",
                    b",",
                    b";",
                ]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)


def outcome(data, format=None):  # noqa: A002 (the word that users know)
    """Return the profile of bytes in a file, or the error that says why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "changed")
        path.write_bytes(data)
        try:
            return load(path, format=format)
        except InvalidProfileError:
            raise  # a defect of the reader
        except ProfkitError as error:
            return error


@formats
def test_what_is_changed_can_be_read_as_it_is(name):
    assert isinstance(outcome(ORIGINALS[name]), Profile)


def assert_told(found):
    """Whatever else was raised has failed the test before."""
    if not isinstance(found, Profile):
        assert found.exit_code == 2
        assert "\n" not in str(found)


@formats
@settings(max_examples=200, deadline=None)
@given(edits, st.booleans())
def test_changed_bytes_give_a_profile_or_an_error(name, changes, told):
    data = ORIGINALS[name]
    for place, removed, added in changes:
        start = int(place * len(data))
        data = data[:start] + added + data[start + removed :]
    assert_told(outcome(data, FORMATS[name] if told else None))


regions = st.tuples(st.floats(0, 1), st.integers(1, 400))


@formats
@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["flip", "delete", "repeat", "splice"]),
            regions,
            regions,
            st.sampled_from(sorted(FILES)),
            st.integers(0, 7),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_damage_of_all_sorts_gives_a_profile_or_an_error(name, damages):
    data = bytearray(ORIGINALS[name])
    for kind, (place, size), (other_place, other_size), other, bit in damages:
        start = int(place * max(0, len(data) - 1))
        if kind == "flip" and data:
            data[start] ^= 1 << bit
        elif kind == "delete":
            del data[start : start + size]
        elif kind == "repeat":
            data[start:start] = data[start : start + size]
        elif kind == "splice":
            begin = int(other_place * len(ORIGINALS[other]))
            data[start : start + size] = ORIGINALS[other][begin : begin + other_size]
    assert_told(outcome(bytes(data), FORMATS[name]))


@formats
def test_a_file_that_is_cut_anywhere_gives_a_profile_or_an_error(name):
    data = ORIGINALS[name]
    for end in range(0, len(data), 1000):
        assert_told(outcome(data[:end], FORMATS[name]))


def parts(document, path=()):
    """Yield each key of a document once, whatever its place in an array."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    seen = set()
    for key, value in items:
        step = key if isinstance(document, dict) else 0
        if step not in seen:
            yield (*path, key)
        seen.add(step)
        if isinstance(value, dict | list) and (isinstance(key, str) or key < 2):
            yield from parts(value, (*path, key))


WRONG = [None, "x", -1, 2**63, 1e300, [], {}, [[]], True]


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_each_part_may_be_missing_or_something_else(name):
    original = json.loads(ORIGINALS[name])
    paths = {tuple(k if isinstance(k, str) else 0 for k in path): path for path in parts(original)}
    assert len(paths) > 5
    for path in paths.values():
        for wrong in ["missing", *WRONG]:
            document = json.loads(ORIGINALS[name])
            here = document
            for key in path[:-1]:
                here = here[key]
            if wrong == "missing":
                del here[path[-1]]
            else:
                here[path[-1]] = wrong
            assert_told(outcome(json.dumps(document).encode(), FORMATS[name]))


@formats
@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1))
def test_a_file_that_is_cut_gives_a_profile_or_an_error(name, place):
    data = ORIGINALS[name]
    assert_told(outcome(data[: int(place * len(data))], FORMATS[name]))
    packed = gzip.compress(data)
    assert_told(outcome(packed[: int(place * len(packed))]))


@pytest.mark.parametrize("name", ["devtools_trace", "devtools_trace array", "trace_spans"])
def test_a_trace_that_is_cut_has_what_is_whole_before(name):
    """A recording tool that was killed leaves such files."""
    data = ORIGINALS[name]
    before = 0
    for end in range(0, len(data), 1000):
        found = outcome(data[:end], FORMATS[name])
        assert_told(found)
        if isinstance(found, Profile):
            assert found.sample_count >= before
            before = found.sample_count
            assert any("cut short" in entry.cause for entry in found.ledger.losses)
    assert 0 < before <= outcome(data).sample_count


numbers = st.one_of(
    st.integers(-(2**70), 2**70), st.integers(-3, 3), st.floats(allow_nan=False), st.none()
)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_values_give_a_profile_or_an_error(name, data):
    document = json.loads(ORIGINALS[name])
    for _ in range(data.draw(st.integers(1, 3))):
        here = document
        while True:
            keys = list(here) if isinstance(here, dict) else range(len(here))
            key = data.draw(st.sampled_from(keys))
            if isinstance(here[key], dict | list) and here[key] and data.draw(st.integers(0, 9)):
                here = here[key]
                continue
            here[key] = data.draw(st.one_of(numbers, st.sampled_from(["", "x", [], {}, [0]])))
            break
    assert_told(outcome(json.dumps(document).encode(), FORMATS[name]))
