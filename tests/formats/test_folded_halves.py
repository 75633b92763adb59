"""A folded file that two processes read: the profile is the one that a single process makes."""

from __future__ import annotations

import gzip
import io
import pickle
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import FormatError, ProfkitError
from profkit.formats.folded import halves
from profkit.formats.folded.stacks import Stacks
from profkit.loading import load
from profkit.source import Source, open_source

SAMPLE = Path(__file__).parents[2] / "samples/py-spy/0.4.3/py-web-logger.raw.txt.gz"

LABELS = st.sampled_from(
    [
        b"main",
        b"run (a.py:3)",
        b"run",
        b"",
        b"caf\xc3\xa9",
        b"broken \xff",
        b"thread (1): x",
        b"# no",
    ]
)
LINES = st.one_of(
    st.builds(
        lambda labels, count, end: b";".join(labels) + b" " + count + end,
        st.lists(LABELS, min_size=1, max_size=5),
        st.sampled_from([b"1", b"12", b"0", b"2.5", b"1e2", b"0.1234567890123", b"-3", b"9" * 19]),
        st.sampled_from([b"", b"\r"]),
    ),
    st.sampled_from([b"", b"# a comment", b"words without a count", b"7", b"a;b 1 2"]),
)


def columns(profile):
    """Return all that a profile holds as values that can be compared."""
    tables = [
        [getattr(table, field.name).tolist() for field in fields(table)]
        for table in (profile.functions, profile.frames, profile.tree)
    ]
    threads = [
        (t.name, t.process_id, t.thread_id, t.samples.node.tolist(), t.samples.values.tolist())
        for t in profile.threads
    ]
    return tables, threads, profile.strings, profile.value_types, profile.meta, profile.ledger


def told(read):
    """Return a profile's columns, or what its reader refuses."""
    try:
        return columns(read().finish())
    except ProfkitError as error:
        return type(error), str(error)


@given(st.lists(LINES, min_size=2, max_size=12), st.floats(0, 1), st.sampled_from([b"", b"\n"]))
def test_reading_in_two_parts_is_reading(tmp_path_factory, lines, share, end) -> None:
    text = b"\n".join(lines) + end
    begin = text.find(b"\n", int(share * text.rindex(b"\n"))) + 1
    path = tmp_path_factory.mktemp("parts") / "a.folded"
    path.write_bytes(text)

    def whole():
        stacks = Stacks(str(path))
        stacks.read(Source(str(path), io.BytesIO(text)))
        return stacks

    def parted():
        stacks = Stacks(str(path))
        stacks.read(Source(str(path), io.BytesIO(text)), begin)
        if begin < len(text):
            later = halves.read_part(str(path), begin)
            stacks.append(pickle.loads(pickle.dumps(later)))  # noqa: S301 (our own)
        return stacks

    assert told(parted) == told(whole)


@pytest.fixture
def large(monkeypatch, tmp_path):
    """Take every file for a large one; returns a plain one."""
    monkeypatch.setattr(halves, "WORTH_TWO", 1)
    monkeypatch.setattr(halves, "processors", lambda: 2)
    path = tmp_path / "a.folded"
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    return path


@pytest.fixture
def asked(monkeypatch):
    """Note what another process is asked to do."""
    tasks = []

    class Noting(halves.Helper):
        def ask(self, function, *arguments):
            tasks.append(arguments)
            super().ask(function, *arguments)

    monkeypatch.setattr(halves, "Helper", Noting)
    return tasks


def test_another_process_reads_the_later_half(large, asked) -> None:
    found = load(large)
    ((path, begin),) = asked
    assert path == str(large)
    assert 0.4 < begin / large.stat().st_size < 0.7
    assert columns(found)[:-2] == columns(load(SAMPLE))[:-2]
    assert found.ledger == load(SAMPLE).ledger


def test_packed_and_piped_ones_are_read_by_one(large, asked) -> None:
    load(SAMPLE)
    with open_source(large) as source:
        halves.read_all(Source("a pipe", io.BytesIO(source.head)))
    assert not asked


def test_what_a_lost_helper_had_to_do_is_done_here(large, monkeypatch) -> None:
    def lost(*_):
        raise halves.HelperLostError

    expected = columns(load(large))
    monkeypatch.setattr(halves.Helper, "answer", lost)
    assert columns(load(large)) == expected


@pytest.mark.parametrize("line", [2, 180])
def test_an_error_names_its_line_in_the_whole_file(large, line) -> None:
    text = b"".join(b"main;run %d\n" % n for n in range(200)).split(b"\n")
    text[line - 1] = b"main;run -5"
    large.write_bytes(b"\n".join(text))
    with pytest.raises(FormatError, match=f"line {line}: a count of -5"):
        load(large)


def test_progress_comes_to_the_whole(large) -> None:
    seen = []
    load(large, on_progress=lambda done, total: seen.append((done, total)))
    size = large.stat().st_size
    assert seen[-1] == (size, size)
    assert np.all(np.diff([done for done, _ in seen]) >= 0)
