"""Source maps, held against a plain decoder."""

from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profkit.errors import InputError, ProfkitError
from profkit.formats import ReadOptions
from profkit.loading import load
from profkit.symbols import sourcemap
from profkit.symbols.sourcemap import read_source_map

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SOURCES, NAMES = ["a.ts", "b.ts", None], ["one", "two"]


def vlq(number: int) -> str:
    rest = -number << 1 | 1 if number < 0 else number << 1
    text = ""
    while True:
        rest, digit = rest >> 5, rest & 31
        text += DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return text


def encoded(lines) -> str:
    """Encode lines of mappings: (column,) or (column, source, line, column[, name])."""
    before = [0, 0, 0, 0]
    written = []
    for line in lines:
        column, segments = 0, []
        for mapping in line:
            text = vlq(mapping[0] - column)
            column = mapping[0]
            for place, number in enumerate(mapping[1:]):
                text += vlq(number - before[place])
                before[place] = number
            segments.append(text)
        written.append(",".join(segments))
    return ";".join(written)


def table(found):
    columns = (found.source, found.line, found.column, found.name)
    return [
        (*divmod(place, 1 << 32), *rest)
        for place, *rest in zip(found.place.tolist(), *(c.tolist() for c in columns), strict=True)
    ]


def plain(lines):
    return [
        (number, *mapping, *[-1] * (5 - len(mapping)))
        for number, line in enumerate(lines)
        for mapping in line
    ]


numbers = st.integers(0, 2**31 - 1)
mappings = st.one_of(
    st.tuples(numbers),
    st.tuples(numbers, st.integers(0, 2), numbers, numbers),
    st.tuples(numbers, st.integers(0, 2), numbers, numbers, st.integers(0, 1)),
)
maps = st.lists(st.lists(mappings, max_size=4).map(sorted), max_size=8)


def written(path, **members):
    path.write_text(json.dumps({"version": 3, "sources": SOURCES, "names": NAMES, **members}))
    return str(path)


@given(maps)
def test_numbers_are_decoded(tmp_path_factory, lines) -> None:
    path = tmp_path_factory.mktemp("maps") / "a.js.map"
    found = read_source_map(written(path, mappings=encoded(lines)))
    expected = plain(lines)
    assert sorted(table(found)) == sorted(expected)
    assert [row[:2] for row in table(found)] == sorted(row[:2] for row in expected)


@given(maps, st.lists(st.tuples(st.integers(1, 9), numbers.map(lambda n: n + 1)), max_size=5))
def test_a_place_has_the_last_mapping_before_it(tmp_path_factory, lines, places) -> None:
    path = tmp_path_factory.mktemp("maps") / "a.js.map"
    found = read_source_map(written(path, mappings=encoded(lines)))
    places += [(line + 1, column + 1) for line, column, *_ in table(found)]
    generated = [row[:2] for row in table(found)]
    line, column = (np.array([p[k] for p in places], np.int64) for k in (0, 1))
    rows = [
        max((n for n, at in enumerate(generated) if at <= (line - 1, column - 1)), default=-1)
        for line, column in places
    ]
    assert found.nearest(line, column).tolist() == rows
    assert found.find(line, column).tolist() == [
        row if row >= 0 and generated[row][0] == line - 1 else -1
        for row, (line, _) in zip(rows, places, strict=True)
    ]


def test_sources_have_their_root(tmp_path) -> None:
    found = read_source_map(written(tmp_path / "a.map", mappings="", sourceRoot="src", file="a.js"))
    assert (found.sources, found.names, found.file) == (
        ["src/a.ts", "src/b.ts", ""],
        NAMES,
        "a.js",
    )
    assert found.find(np.array([1]), np.array([1])).tolist() == [-1]


def test_an_index_joins_maps(tmp_path) -> None:
    one = {"version": 3, "sources": ["a.ts"], "names": ["one"], "mappings": "AAAAA;C"}
    two = {"version": 3, "sources": ["b.ts"], "names": ["two"], "mappings": "EAACAA;GAAA"}
    (tmp_path / "a.map").write_text(
        json.dumps(
            {
                "version": 3,
                "sections": [
                    {"offset": {"line": 0, "column": 0}, "map": one},
                    {"offset": {"line": 1, "column": 10}, "map": two | {"mappings": "EAAAA;G"}},
                ],
            }
        )
    )
    found = read_source_map(str(tmp_path / "a.map"))
    assert (found.sources, found.names) == (["a.ts", "b.ts"], ["one", "two"])
    assert table(found) == [
        (0, 0, 0, 0, 0, 0),
        (1, 1, -1, -1, -1, -1),
        (1, 12, 1, 0, 0, 1),
        (2, 3, -1, -1, -1, -1),
    ]


def test_it_may_be_compressed_and_guarded(tmp_path) -> None:
    text = b")]}'\n" + json.dumps({"version": 3, "sources": ["a"], "mappings": "AAAA"}).encode()
    (tmp_path / "a.map.gz").write_bytes(gzip.compress(text))
    assert len(read_source_map(str(tmp_path / "a.map.gz")).place) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("function () {}", "is no source map: JSON is malformed"),
        ('{"version": 3, "mappings": 5}', r"is no source map: Expected `str \| null`, got `int`"),
        ('{"version": 2, "mappings": ""}', "is a source map of version 2; 3 is expected"),
        ('{"version": 3}', "is no source map: it has no mappings"),
        ('{"version": 3, "mappings": "AA*A"}', r"is no source map: '\*' stands in the mappings"),
        ('{"version": 3, "mappings": "A\\u2028"}', "stands in the mappings"),
        ('{"version": 3, "mappings": "g"}', "a number in the mappings has no end"),
        ('{"version": 3, "mappings": "Ag,A"}', "a number in the mappings has no end"),
        ('{"version": 3, "mappings": "ggggggggA"}', "has more than 32 bits"),
        ('{"version": 3, "mappings": "AA"}', "a mapping has 1, 4 or 5 numbers"),
        ('{"version": 3, "mappings": "AAAAAA"}', "a mapping has 1, 4 or 5 numbers"),
        ('{"version": 3, "mappings": "AAAA"}', "leads to a place that is not there"),
        ('{"version": 3, "mappings": "D"}', "leads to a place that is not there"),
        ('{"version": 3, "sources": ["a"], "mappings": "AAAAA"}', "a place that is not there"),
        ('{"version": 3, "sources": ["a"], "mappings": "AADA"}', "a place that is not there"),
        ("[]", "is no source map: Expected `object`, got `array`"),
        ('{"version": 3, "sources": ' + "[" * 100_000, "is no source map: "),
        ('{"version": 3, "names": ["\\ud800x"], "mappings": ""}', "is no source map: JSON is malf"),
        (
            (
                '{"version": 3, "sections": [{"offset": {"line": -1, "column": 0}, "map": '
                '{"version": 3, "mappings": ""}}]}'
            ),
            "a section begins at a place that is not there",
        ),
        (
            (
                '{"version": 3, "sections": [{"offset": {"line": 0, "column": 0}, "map": '
                '{"version": 3, "sections": []}}]}'
            ),
            "it has no mappings",
        ),
    ],
)
def test_what_is_no_source_map_is_refused(text, message, tmp_path) -> None:
    (tmp_path / "a.map").write_text(text)
    with pytest.raises(InputError, match=message):
        read_source_map(str(tmp_path / "a.map"))


def test_the_longest_number_is_one_of_32_bits() -> None:
    assert len(vlq(2**31 - 1)) == sourcemap._LONGEST


SAMPLES = Path(__file__).parents[2] / "samples/node/22.23.3"


@pytest.mark.parametrize("bundler", ["esbuild", "webpack", "vite"])
def test_mappings_are_those_that_mozillas_library_reads(bundler) -> None:
    found = read_source_map(str(SAMPLES / f"shapes-{bundler}.js.map.gz"))
    written = gzip.decompress((SAMPLES / f"shapes-{bundler}.mappings.tsv.gz").read_bytes())
    # The library resolves "." and ".." in a URL; profkit does so in knowledge of the bundle's path.
    sources = [source.replace("///./", "///") for source in found.sources]
    rows = [
        (
            str(line + 1),
            str(column),
            *((sources[source], str(of_line + 1), str(of_column)) if source >= 0 else ("", "", "")),
            found.names[name] if name >= 0 else "",
        )
        for line, column, source, of_line, of_column, name in table(found)
    ]
    assert rows == [tuple(row.split("\t")) for row in written.decode().splitlines()]


def test_texts_of_sources_are_read_when_they_are_asked_for(tmp_path) -> None:
    contents = ["let a;", None]
    found = read_source_map(written(tmp_path / "a.map", mappings="", sourcesContent=contents))
    assert "contents" not in vars(found)
    assert found.contents == ("let a;", None, None)
    assert read_source_map(written(tmp_path / "b.map", mappings="")).contents == (None, None, None)


def test_texts_that_are_none_are_refused(tmp_path) -> None:
    found = read_source_map(written(tmp_path / "a.map", mappings="", sourcesContent={"a": 1}))
    with pytest.raises(InputError, match=r"a\.map: is no source map: sourcesContent: Expected"):
        _ = found.contents


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_map_is_read_or_refused(tmp_path_factory, data) -> None:
    text = bytearray(gzip.decompress((SAMPLES / "shapes-vite.js.map.gz").read_bytes()))
    path = tmp_path_factory.mktemp("maps") / "shapes-vite.js.map"
    for _ in range(data.draw(st.integers(1, 3))):
        start, size = data.draw(st.tuples(st.integers(0, len(text) - 1), st.integers(0, 9)))
        text[start : start + size] = data.draw(
            st.one_of(st.binary(max_size=4), st.sampled_from([b"-1", b"9" * 20, b"null", b"gggg"]))
        )
    path.write_bytes(bytes(text))
    options = ReadOptions(source_maps=(str(path),))
    with contextlib.suppress(ProfkitError):
        assert load(SAMPLES / "shapes-vite.v8.log.gz", options=options).sample_count > 0
