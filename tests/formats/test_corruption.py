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
    "speedscope": "py-spy/*/py-web-quiet.speedscope.json.gz",
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
    if name == "pstats":
        # Sixty of its functions are as good as all.
        return marshal.dumps(dict(list(marshal.loads(data).items())[:LINES]))  # noqa: S302 (our own)
    document = json.loads(data)
    if name == "trace_spans":
        document = document[:LINES]
    elif name.startswith("devtools_trace"):
        events = document["traceEvents"]
        names = {"thread_name", "process_name", "Profile", "ProfileChunk"}
        kept = [e for e in events if e["name"] in names]
        kept = kept[:30] + [e for e in events if e["name"] not in names][:LINES]
        document = kept if name.endswith("array") else {"metadata": {}, "traceEvents": kept}
    elif name == "pyinstrument":
        document["frame_records"] = document["frame_records"][:LINES]
    elif name == "pyinstrument tree":
        pass
    elif name == "cpuprofile":
        for key in ("samples", "timeDeltas"):
            document[key] = document[key][:LINES]
    else:
        for profile in document["profiles"]:
            for key in ("samples", "weights", "events"):
                if key in profile:
                    profile[key] = profile[key][:LINES]
    return json.dumps(document, separators=(",", ":")).encode()


FORMATS = {name: name.split()[0] for name in FILES}
ORIGINALS = {name: shortened(name) for name in FILES}
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


@pytest.mark.parametrize("name", sorted(FILES.keys() - TEXTS - {"pstats"}))
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
