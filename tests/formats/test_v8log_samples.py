"""Recordings of every Node: the report of its own tool, the ledger, and damage."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.errors import InputError
from profkit.formats.registry import ReadOptions
from profkit.formats.v8log import read
from profkit.loading import load
from profkit.profile import Action, validate
from profkit.render.classic import classic_text
from profkit.source import Source
from profkit.views.ticks import TickOptions, tick_report, with_own_rules

SAMPLES = Path(__file__).parents[2] / "samples"
GOLDEN = sorted(SAMPLES.glob("*/*/*.prof-process.txt.gz"))


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
    there = {(path.parts[-3], int(path.parent.name.split(".")[0])) for path in GOLDEN}
    nodes = {6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26}
    assert there == {("node", version) for version in nodes} | {("chrome", 156)}


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
        source = Source("a.log", io.BytesIO(damaged))
        profile = validate(read(source, ReadOptions(symbols=False)))
    except InputError:
        return
    assert profile.sample_count <= damaged.count(b"tick")
