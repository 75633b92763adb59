"""The tables and records of all views: golden files of a small service, and hostile names."""

from __future__ import annotations

import contextlib
import json
import re
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import profiles

from profkit.errors import UsageError
from profkit.profile import ABSENT, NANOSECONDS, DeoptTable, Kind, ValueType, function_name
from profkit.render.butterfly import butterfly_document
from profkit.render.calltree import heavy_document, tree_document
from profkit.render.delimited import to_csv
from profkit.render.deopts import deopts_document
from profkit.render.info import info_document
from profkit.render.lines import annotated_document, files_document
from profkit.render.markdown import to_markdown
from profkit.render.ranking import ranking_document
from profkit.render.records import record_of
from profkit.render.records.shared import to_json
from profkit.render.terminal import to_terminal
from profkit.render.text import to_text
from profkit.render.ticks import ticks_document
from profkit.render.timeline import timeline_document
from profkit.symbols.source_text import SourceText, source_text
from profkit.views.butterfly import ButterflyOptions, butterfly
from profkit.views.deopts import DeoptOptions, deopts
from profkit.views.heavy import HeavyOptions, heavy
from profkit.views.info import info
from profkit.views.lines import LinesOptions, lines
from profkit.views.ranking import GROUPINGS, RankingOptions, rank
from profkit.views.ticks import TickOptions, tick_report
from profkit.views.timeline import TimelineOptions, timeline
from profkit.views.tree import TreeOptions, tree

MAIN = ("main", "/srv/api/server.js", 1, 1, Kind.JS, "(app)")
HANDLE = ("handle", "/srv/api/node_modules/express/lib/router/index.js", 136, 1, Kind.JS, "express")
LOG = ("logRequest", "/srv/api/node_modules/morgan/index.js", 144, 7, Kind.JS, "morgan")
WRITE = ("Writable.write", "node:internal/streams/writable", 504, 1, Kind.JS, "node:")
NATIVE = ("writeUtf8String", "", -1, -1, Kind.NATIVE)
GC = ("(garbage collector)", "", -1, -1, Kind.GC)
IDLE = ("(idle)", "", -1, -1, Kind.IDLE)

SERVICE = profile_of(
    ([MAIN, HANDLE, LOG, WRITE, NATIVE], 61_500_000),
    ([MAIN, HANDLE, LOG], 2_500_000),
    ([MAIN, HANDLE, HANDLE], 12_000_000),
    ([MAIN], 21_000_000),
    ([MAIN, HANDLE, WRITE, NATIVE], 700_000),
    ([GC], 2_300_000),
    ([IDLE], 50_000_000),
    value_type=ValueType("cpu", NANOSECONDS),
)
_TEXTS = ("eager", "wrong map", "<index.js:150:3> inlined at <router/index.js:140:9>", "not a Smi")
SERVICE = SERVICE.replace(
    strings=(*SERVICE.strings, *_TEXTS),
    deopts=DeoptTable(
        function=np.array([2, 2, ABSENT]),
        kind=np.full(3, len(SERVICE.strings)),
        reason=len(SERVICE.strings) + np.array([1, 3, 1]),
        place=np.array([len(SERVICE.strings) + 2, len(SERVICE.strings) + 2, ABSENT]),
        count=np.array([40, 3, 7]),
    ),
)

SOURCE = "\n" * 135 + "function handle(request) {\n\tlog(request);\x1b[31m\n}" + "\n" * 12 + "end\n"
TIMED = SERVICE.replace(
    frames=replace(SERVICE.frames, line=np.array([3, 137, 150, -1, -1, -1, -1], np.int32)),
    threads=(
        replace(
            SERVICE.threads[0],
            samples=replace(
                SERVICE.threads[0].samples,
                time=np.cumsum([0, *SERVICE.threads[0].samples.values[:-1, 0]]),
            ),
        ),
    ),
    sources={HANDLE[1]: SOURCE},
)


def _annotated(profile, **options):
    view = lines(profile, LinesOptions(HANDLE[1]))
    return annotated_document(profile, view, source_text(profile, HANDLE[1]), **options)


def _files(profile):
    view = lines(profile)
    names = [profile.strings[number] for number in view.file.tolist()]
    return files_document(profile, view, {name: source_text(profile, name) for name in names}, 2)


def _of_its_own(document, view):
    """Return a document of a view whose groups are functions of a profile of its own."""
    return document(view.profile, view)


VIEWS = {
    "top": lambda p: ranking_document(p, rank(p, RankingOptions(limit=4))),
    "top-total": lambda p: ranking_document(p, rank(p, RankingOptions(sort="total", limit=4))),
    "top-package": lambda p: ranking_document(p, rank(p, RankingOptions(by="package"))),
    "top-kind-idle": lambda p: ranking_document(
        p, rank(p, RankingOptions(by="kind", include_idle=True))
    ),
    "heavy": lambda p: heavy_document(p, heavy(p, HeavyOptions(limit=3, depth=4, min_share=0.01))),
    "tree": lambda p: tree_document(p, tree(p, TreeOptions(depth=4, min_share=0.01))),
    "tree-of": lambda p: tree_document(p, tree(p, TreeOptions(of="logRequest"))),
    "heavy-package": lambda p: _of_its_own(
        heavy_document, heavy(p, HeavyOptions(limit=2, depth=3, by="package"))
    ),
    "tree-category": lambda p: _of_its_own(tree_document, tree(p, TreeOptions(by="category"))),
    "tree-thread": lambda p: _of_its_own(tree_document, tree(p, TreeOptions(depth=2, by="thread"))),
    "butterfly": lambda p: butterfly_document(p, butterfly(p, ButterflyOptions("handle"))),
    "butterfly-deep": lambda p: butterfly_document(
        p, butterfly(p, ButterflyOptions("Writable.write", depth=3))
    ),
    "top-category": lambda p: ranking_document(p, rank(p, RankingOptions(by="category"))),
    "lines": lambda _: _files(TIMED),
    "lines-file": lambda _: _annotated(TIMED, context=1, min_share=0.0),
    "lines-file-without-text": lambda _: _annotated(
        TIMED.replace(sources={}), context=1, min_share=0.0
    ),
    "timeline": lambda _: timeline_document(TIMED, timeline(TIMED, TimelineOptions(50, 2))),
    "info": lambda p: info_document(p, info(p)),
    "deopts": lambda p: deopts_document(p, deopts(p)),
    "deopts-reason": lambda p: deopts_document(p, deopts(p, DeoptOptions("reason", 1))),
    "process": lambda p: ticks_document(
        p,
        tick_report(p),
        rank(p, RankingOptions(by="package", sort="charged", limit=2)),
        [rank(p, RankingOptions(by=by)) for by in ("kind", "tier", "state")],
        heavy(p, HeavyOptions(limit=2, min_share=0.01)),
        limit=2,
    ),
}
RECORDS = {
    "top": lambda p: record_of("top", p, rank(p, RankingOptions(limit=2))),
    "top-package": lambda p: record_of("top", p, rank(p, RankingOptions(by="package", limit=2))),
    "heavy": lambda p: record_of("heavy", p, heavy(p, HeavyOptions(limit=1, depth=3))),
    "process": lambda p: record_of(
        "process",
        p,
        tick_report(p, TickOptions(depth=2, min_share=0.1)),
        [rank(p, RankingOptions(by="tier"))],
    ),
    "tree": lambda p: record_of("tree", p, tree(p, TreeOptions(depth=2, min_share=0.1))),
    "info": lambda p: record_of("info", p, info(p)),
    "deopts": lambda p: record_of("deopts", p, deopts(p)),
    "butterfly": lambda p: record_of(
        "butterfly", p, butterfly(p, ButterflyOptions("handle", limit=1))
    ),
    "lines": lambda _: record_of(
        "lines",
        TIMED,
        lines(TIMED, LinesOptions(HANDLE[1])),
        {HANDLE[1]: source_text(TIMED, HANDLE[1])},
    ),
    "timeline": lambda _: record_of(
        "timeline", TIMED, timeline(TIMED, TimelineOptions(4, limit=1))
    ),
}

_SEQUENCE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("view", VIEWS)
def test_plain_text(view, golden) -> None:
    golden(f"text/{view}.txt", to_text(VIEWS[view](SERVICE)))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("view", VIEWS)
def test_terminal(view, width, golden, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = to_terminal(VIEWS[view](SERVICE), width)
    golden(f"terminal/{view}-{width}.txt", shown.replace("\x1b", "␛"))
    assert max(map(len, _SEQUENCE.sub("", shown).splitlines())) <= width


@pytest.mark.parametrize("view", RECORDS)
def test_json(view, golden) -> None:
    golden(f"json/{view}.json", to_json(RECORDS[view](SERVICE)))


@pytest.mark.parametrize("view", VIEWS)
def test_markdown(view, golden) -> None:
    golden(f"markdown/{view}.md", to_markdown(VIEWS[view](SERVICE)))


@pytest.mark.parametrize("view", RECORDS)
def test_csv(view, golden) -> None:
    golden(f"csv/{view}.csv", to_csv(RECORDS[view](SERVICE).table()))


@given(profiles(hostile=True))
def test_hostile_names_do_nothing_to_a_terminal(profile) -> None:
    for make in (VIEWS["top"], VIEWS["heavy"], VIEWS["tree"], VIEWS["info"]):
        text = to_text(make(profile), 100, decorated=True)
        for line in text.split("\n"):
            assert not {"Cc", "Cf", "Cs"} & {unicodedata.category(c) for c in line}
        colored = _SEQUENCE.sub("", to_terminal(make(profile), 100))
        assert [line.rstrip() for line in colored.split("\n")] == text.split("\n")


@given(profiles(hostile=True, times=True), st.sampled_from((40, 100)))
def test_hostile_names_do_nothing_to_lines_and_timelines_either(profile, width) -> None:
    hostile = SourceText(("\x1b[2J\tx", "\u202eevil", "a\rb", "\x9b31m" * 99) * 40)
    view = lines(profile)
    texts = dict.fromkeys((profile.strings[n] for n in view.file.tolist()), hostile)
    documents = [
        timeline_document(profile, timeline(profile, TimelineOptions(20))),
        files_document(profile, view, texts, 3),
    ]
    for name in {function_name(profile, n) for n in profile.function_of_node.tolist()}:
        with contextlib.suppress(UsageError):
            found = butterfly(profile, ButterflyOptions(name, depth=None))
            documents.append(butterfly_document(profile, found))
    for name in texts:
        one = lines(profile, LinesOptions(name))
        documents.append(annotated_document(profile, one, hostile, context=1, min_share=0.0))
    for document in documents:
        for line in to_text(document, width, decorated=True).split("\n"):
            assert not {"Cc", "Cf", "Cs"} & {unicodedata.category(c) for c in line}


@given(profiles(hostile=True))
def test_json_is_ascii_and_gives_names_back(profile) -> None:
    ranking = rank(profile)
    text = to_json(record_of("top", profile, ranking))
    assert text.isascii()
    rows = json.loads(text)["rows"]
    assert [row["name"] for row in rows] == [function_name(profile, f) for f in ranking.group]
    assert sum(row["self"] for row in rows) == ranking.total
    for by in GROUPINGS:
        to_json(record_of("top", profile, rank(profile, RankingOptions(by=by))))


@pytest.mark.parametrize(("find", "document"), [(tree, tree_document), (heavy, heavy_document)])
def test_deep_recursion_is_not_drawn_level_by_level(find, document) -> None:
    deep = 5000
    profile = profile_of(([(f"f{level}",) for level in range(deep)], 1))
    lines = to_text(document(profile, find(profile))).splitlines()
    assert max(map(len, lines)) < 300
    assert sum(f"{deep - 1}: " in line for line in lines) == 1
    assert not any(" 100: " in line for line in lines)


def test_markup_is_only_text() -> None:
    profile = profile_of(([("[bold]x[/bold]", "[red]a.js")], 1))
    assert "[bold]x[/bold]" in to_terminal(VIEWS["top"](profile), 100)


def test_what_is_empty_says_so() -> None:
    empty = profile_of()
    assert "\n0 functions shown" in to_text(VIEWS["top"](empty))
    assert "\n0 functions shown" in to_text(VIEWS["heavy"](empty))
    assert "\n0 roots shown" in to_text(VIEWS["tree"](empty))
    assert "samples  0" in to_text(VIEWS["info"](empty))
    assert "\n0 files shown" in to_text(_files(empty))
    nothing = empty.replace(threads=())
    assert "\n0 stretches shown" in to_text(timeline_document(nothing, timeline(nothing)))


def test_what_a_format_does_not_tell_is_said() -> None:
    profile = profile_of(([("f", "", -1, -1, Kind.JS)], 1))
    for by, text in (("line", "no lines"), ("state", "no states"), ("tier", "no tiers")):
        shown = to_text(ranking_document(profile, rank(profile, RankingOptions(by=by))))
        assert f"the recording tells {text}" in shown
    assert "the recording tells" not in to_text(VIEWS["top"](profile))


def test_a_text_that_is_not_what_ran_is_told() -> None:
    text = SourceText(("one line",), "/srv/index.js", is_newer=True)
    view = lines(TIMED, LinesOptions(HANDLE[1]))
    shown = to_text(annotated_document(TIMED, view, text, context=None, min_share=0.0))
    assert "changed after the recording: router/index.js" in shown
    assert "shorter than the lines that ran" in shown
