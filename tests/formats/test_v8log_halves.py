"""A log that two processes read: all of it is what one of them would have read."""

from __future__ import annotations

import gzip
import pickle
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from v8_events import WRITERS, library, stacks, steps

from profkit.formats import ReadOptions, TickSelection
from profkit.formats.encoding import line_batches
from profkit.formats.v8log import halves
from profkit.formats.v8log.assemble import assemble
from profkit.formats.v8log.reader import LogReader
from profkit.formats.v8log.selection import select
from profkit.loading import load
from profkit.source import open_source

SAMPLES = Path(__file__).parents[2] / "samples/node"
DAMAGED = [
    ("tick", "0x10", "x", "0", "0x0", "0"),
    ("tick", "0x10"),
    ("code-creation", "JS", "1", "2", "here", "8", "f"),
    ("code-move", "0x10"),
    ("",),
]


def content(profile):
    return list(stacks(profile)), set(profile.ledger.entries), profile.libraries, profile.meta


def finished(log):
    log.close()
    return content(assemble(log, select(log, TickSelection()), like_node=True))


@given(
    st.sampled_from(WRITERS),
    st.lists(st.one_of(steps, steps, steps, st.sampled_from(DAMAGED)), max_size=60),
    st.floats(0, 1),
    st.sampled_from(["", "tick,0x1", "tick,0x10,5,0,0x0,0"]),
)
def test_reading_in_two_parts_is_reading(writer, events, share, end):
    ticks = iter(range(1, len(events) + 1))
    events = [
        (*e[:2], str(next(ticks) * 997), *e[3:]) if len(e) > 2 and e[2] == "TIME" else e
        for e in events
    ]
    text = (writer.log([library, *events]) + end).encode()
    begin = text.index(b"\n", int(share * text.rindex(b"\n"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "a.log"))
        Path(path).write_bytes(text)
        whole, parted = LogReader(path), LogReader(path)
        with open_source(path) as source:
            whole.follow(line_batches(source))
        with open_source(path) as source:
            parted.follow(line_batches(source, begin))
        if begin < len(text):
            later = halves.read_part(path, begin, parted.kinds)
            parted.append(pickle.loads(pickle.dumps(later)))  # noqa: S301 (our own)
    assert finished(parted) == finished(whole)


@pytest.fixture
def log(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "isolate.log"
    path.write_bytes(gzip.decompress((SAMPLES / "26.10.0/auth-api-quiet.v8.log.gz").read_bytes()))
    monkeypatch.setattr(halves, "processors", lambda: 2)
    return path


def test_a_large_log_is_read_with_the_help_of_another_process(log, monkeypatch) -> None:
    options = ReadOptions(symbols=False, ticks=TickSelection(timed=False, start=0))
    alone = content(load(log, options=options))
    monkeypatch.setattr(halves, "WORTH_TWO", 1)
    helped = []

    class Watched(halves.Helper):
        def answer(self):
            helped.append(super().answer())
            return helped[-1]

    monkeypatch.setattr(halves, "Helper", Watched)
    progress = []
    together = load(log, options=options, on_progress=lambda done, _: progress.append(done))
    assert content(together) == alone
    assert [type(part) for part in helped] == [halves.LaterPart]
    # What both have read.
    assert progress[-1] == log.stat().st_size


def test_where_there_is_no_help_it_is_read_alone(log, tmp_path, monkeypatch) -> None:
    alone = content(load(log))
    monkeypatch.setattr(halves, "WORTH_TWO", 1)
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    assert content(load(log)) == alone
    for name in (str(tmp_path / "not-there"), ""):
        monkeypatch.setattr(sys, "executable", name)
        assert content(load(log)) == alone


@pytest.mark.parametrize("what", ["small", "one processor", "compressed", "utf-16"])
def test_what_one_process_reads(what, log, monkeypatch) -> None:
    if what != "small":
        monkeypatch.setattr(halves, "WORTH_TWO", 1)
    if what == "one processor":
        monkeypatch.setattr(halves, "processors", lambda: 1)
    if what == "compressed":
        log.write_bytes(gzip.compress(log.read_bytes()))
    if what == "utf-16":
        log.write_bytes(log.read_text().encode("utf-16"))
    with open_source(log) as source:
        assert halves._begin_of_later_half(source) is None
