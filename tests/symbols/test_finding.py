"""Source maps are found beside their files, and taken only where they still fit."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from profkit.errors import InputError, UsageError
from profkit.formats import ReadOptions
from profkit.loading import load
from profkit.profile import Action
from profkit.symbols.finding import base_name, is_as_recorded, map_beside, maps_named
from profkit.symbols.sources import MAPPED_BESIDE, MAPS

BUNDLE = "var a=1;function t(n){return n*a}t(2)\n"
SOURCE = "const a = 1;\nexport function twice(n) { return n * a; }\n"
MAP = {
    "version": 3,
    "sources": ["../src/twice.ts"],
    "names": [],
    "mappings": "AAAA,QACgB",  # column 8 is line 2, column 16
    "sourcesContent": [SOURCE],
}
LOG = """\
v8-version,12,4,254,21,-node.35,0
code-creation,JS,11,12,0x2400,64,t {file}:1:19,0x9000,*
code-creation,JS,11,12,0x2800,64, {file}:1:1,0x9100,~
tick,0x2404,1000,0,0x0,0
"""


@pytest.fixture
def bundle(tmp_path):
    """Write a bundle that links to no map yet, a log of it, and return the bundle."""
    file = tmp_path / "dist" / "bundle.js"
    file.parent.mkdir()
    file.write_text(BUNDLE)
    (tmp_path / "a.log").write_text(LOG.format(file="/dist/bundle.js"))
    return file


def linked(bundle, link):
    bundle.write_text(f"{BUNDLE}//# sourceMappingURL={link}\n")


def read(bundle, **options):
    folder = bundle.parents[1]
    return load(folder / "a.log", options=ReadOptions(target=str(folder), **options))


def places(profile):
    table = profile.functions
    return [
        (profile.text(name), profile.text(file), line)
        for name, file, line in zip(
            table.name.tolist(), table.file.tolist(), table.line.tolist(), strict=True
        )
    ]


TWICE = [("twice", "/src/twice.ts", 2)]
STAYS = [("t", "/dist/bundle.js", 1)]


def test_a_map_beside_its_file_is_taken(bundle):
    (bundle.parent / "bundle.js.map").write_text(json.dumps(MAP))
    profile = read(bundle)
    assert places(profile) == TWICE
    assert profile.ledger.count(Action.USED, cause=MAPPED_BESIDE) == 1
    assert places(read(bundle, find_source_maps=False)) == STAYS


@pytest.mark.parametrize("link", ["bundle.js.map", "my%20maps/b.map"])
def test_a_file_links_to_its_map(bundle, link):
    linked(bundle, link)
    place = bundle.parent / link.replace("%20", " ")
    place.parent.mkdir(exist_ok=True)
    # What is in it is relative to where the map lies.
    up = "../" * len(place.relative_to(bundle.parent).parts)
    place.write_text(json.dumps({**MAP, "sources": [f"{up}src/twice.ts"]}))
    assert places(read(bundle)) == TWICE


@pytest.mark.parametrize("padding", [0, 5000])
@pytest.mark.parametrize("head", ["data:application/json;base64,", "data:application/json,"])
def test_a_file_may_hold_its_map(bundle, head, padding):
    text = json.dumps({**MAP, "x_padding": "x" * padding})
    is_coded = head.endswith("base64,")
    body = base64.b64encode(text.encode()).decode() if is_coded else quoted(text)
    linked(bundle, head + body)
    assert places(read(bundle)) == TWICE


def quoted(text):
    return re.sub(r"[^\w.,-]", lambda match: f"%{ord(match[0]):02X}", text)


def test_without_a_map_nothing_changes(bundle):
    assert places(read(bundle)) == STAYS
    for link in ("missing.map", "https://example.org/bundle.js.map", "data:text/css,a", ".", "%00"):
        linked(bundle, link)
        assert places(read(bundle)) == STAYS
    bundle.write_bytes(b"A" * 9000)  # which might be the end of a map
    assert places(read(bundle)) == STAYS
    bundle.unlink()
    assert places(read(bundle)) == STAYS


def test_only_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "a.js")
    assert map_beside(str(tmp_path / "a.js")) is None
    assert map_beside(str(tmp_path)) is None


def test_a_folder_that_cannot_be_listed_is_told(monkeypatch, tmp_path):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(InputError, match=f"{tmp_path}: permission denied"):
        maps_named([str(tmp_path)], ["a.js"])


@pytest.mark.parametrize(
    "text",
    [
        "var a=1;",
        "var a=1;\nfunction t(n){return n*a}t(2)\n",
        "// A remark.\n" + BUNDLE,
        BUNDLE.replace("function t(n)", "function t (n)"),
    ],
)
def test_a_file_that_has_changed_is_left_out(bundle, text):
    bundle.write_text(text)
    (bundle.parent / "bundle.js.map").write_text(json.dumps(MAP))
    profile = read(bundle)
    assert places(profile) == STAYS
    assert [
        (entry.action, entry.count, entry.cause, entry.example)
        for entry in profile.ledger.entries
        if entry.unit == MAPS
    ] == [
        (
            Action.SKIPPED,
            1,
            "of files that have changed since they were recorded",
            "/dist/bundle.js",
        )
    ]


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("data:application/json;base64,e30*", "holds a source map that is no base64"),
        ("data:application/json;base64,e30=", "is no source map: Object missing required field"),
    ],
)
def test_a_map_that_makes_no_sense_is_left_out_and_told(bundle, link, message):
    linked(bundle, link)
    with pytest.raises(InputError, match=message):
        map_beside("/dist/bundle.js", str(bundle.parents[1]))
    profile = read(bundle)
    assert places(profile) == STAYS
    (entry,) = (entry for entry in profile.ledger.entries if entry.unit == MAPS)
    assert (entry.cause, message in entry.example) == ("that make no sense", True)


def test_where_functions_begin_tells_whether_a_file_has_changed():
    text = "f=(a)=>a;class A{}\n  héé(😀)\n"

    def fits(line, column):
        return is_as_recorded(text, np.array([line]), np.array([column]))

    assert fits(1, 1)
    assert fits(1, 3)
    assert not fits(1, 2)
    assert fits(2, 6)
    assert not fits(2, 9)  # the closing parenthesis: what is before it are two units
    assert not fits(2, 10)
    assert not fits(4, 1)


def test_a_folder_has_maps_for_files_of_their_names(tmp_path):
    samples = Path(__file__).parents[2] / "samples/node/22.23.3"
    log = samples / "shapes-vite.v8.log.gz"
    profile = load(log, options=ReadOptions(source_maps=(str(samples),)))
    assert "nesting" in {name for name, _, _ in places(profile)}
    (tmp_path / "other.js.map").write_text("{}")
    with pytest.raises(UsageError, match="has 1 source maps, and none is named after a file"):
        load(log, options=ReadOptions(source_maps=(str(tmp_path),)))


def test_the_first_map_for_a_file_counts(bundle):
    folder = bundle.parents[1]
    paths = []
    for name, source in (("one", "../a.ts"), ("two", "../b.ts")):
        (folder / name).mkdir()
        path = folder / name / "bundle.js.map.gz"
        path.write_bytes(gzip.compress(json.dumps({**MAP, "sources": [source]}).encode()))
        paths.append(str(path))
    assert places(read(bundle, source_maps=tuple(paths))) == [("twice", "/a.ts", 2)]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/srv/dist/Bundle.js", "bundle.js"),
        (r"C:\dist\bundle.js", "bundle.js"),
        ("http://localhost:5173/assets/index-1a2b.js?v=1#x", "index-1a2b.js"),
        ("bundle.js", "bundle.js"),
    ],
)
def test_a_file_has_a_base_name(path, name):
    assert base_name(path) == name
