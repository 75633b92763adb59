"""Whatever happens to a file, reading it gives a valid profile or an error that says so."""

from __future__ import annotations

import gzip
import json
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
    "cpuprofile": "chrome/*/page.cpuprofile.gz",
    "folded": "py-spy/*/py-web-logger.threads.raw.txt.gz",
    "speedscope": "py-spy/*/py-web-quiet.speedscope.json.gz",
    "pprof": "go/*/orders.pb.gz",
    "speedscope events": "pyinstrument/*/py-web-quiet.speedscope.json.gz",
}
# The beginning of a recording is as good as all of it, and there are many to read.
LINES = 60


def sample(name):
    pattern = FILES[name]
    paths = sorted(SAMPLES.glob(pattern)) or sorted(
        SAMPLES.glob(pattern.replace("quiet", "logger"))
    )
    return gzip.decompress(paths[-1].read_bytes())


def shortened(name):
    data = sample(name)
    if name == "folded":
        return b"\n".join(data.split(b"\n")[:LINES]) + b"\n"
    if name == "pprof":
        return data
    document = json.loads(data)
    if name == "cpuprofile":
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


numbers = st.one_of(
    st.integers(-(2**70), 2**70), st.integers(-3, 3), st.floats(allow_nan=False), st.none()
)


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"folded", "pprof"}))
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
