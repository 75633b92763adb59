"""Source text: from the recording first, then from where the user says, and never from a device."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from building import profile_of

import profkit
from profkit.errors import InvalidProfileError
from profkit.profile import Kind, Meta, merge, validate
from profkit.symbols.source_text import source_text
from profkit.symbols.sources import apply_source_maps

_ROOT = Path(__file__).parents[2]
FILE = "/srv/app/lib/server.js"
_START = {"line": 0, "column": 0}


@pytest.fixture
def profile(tmp_path):
    recording = tmp_path / "app.cpuprofile"
    recording.write_text("{}")
    os.utime(recording, (1000, 1000))
    made = profile_of(([("f", FILE, 1, 1, Kind.JS)], 1))
    return made.replace(meta=Meta("test", str(recording)))


def _put(folder, *parts, text="one\ntwo\r\n\nfour", when=500):
    path = folder.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    os.utime(path, (when, when))
    return path


def test_what_the_recording_has_comes_first(profile, tmp_path) -> None:
    _put(tmp_path, "server.js")
    found = source_text(profile.replace(sources={FILE: "a\nb\n"}), FILE, str(tmp_path))
    assert (found.lines, found.origin, found.is_newer) == (("a", "b"), "", False)


def test_a_folder_is_searched_by_the_longest_end_of_the_path(profile, tmp_path) -> None:
    short = _put(tmp_path, "root", "server.js")
    found = source_text(profile, FILE, str(tmp_path / "root"))
    assert (found.lines, found.origin) == (("one", "two", "", "four"), str(short))
    whole = _put(tmp_path, "root", "srv", "app", "lib", "server.js", text="whole")
    assert source_text(profile, FILE, str(tmp_path / "root")).origin == str(whole)


def test_a_path_is_taken_as_recorded(profile, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = _put(tmp_path, "service.py")
    assert source_text(profile, str(path)).lines == source_text(profile, "service.py").lines
    assert source_text(profile, FILE) is None


def test_a_file_changed_since_is_told(profile, tmp_path) -> None:
    path = _put(tmp_path, "server.js", when=2000)
    assert source_text(profile, str(path)).is_newer
    os.utime(path, (900, 900))
    assert not source_text(profile, str(path)).is_newer


@pytest.mark.parametrize("file", ["/dev/zero", "/", "", "a\0b", "\ud800"])
def test_what_is_no_file_is_not_read(profile, file) -> None:
    assert source_text(profile, file) is None


def test_nothing_above_the_root_is_read(profile, tmp_path) -> None:
    _put(tmp_path, "secret.js")
    (tmp_path / "root").mkdir()
    assert source_text(profile, "../secret.js", str(tmp_path / "root")) is None
    assert source_text(profile, "lib/../../secret.js", str(tmp_path / "root")) is None


def test_a_pipe_is_not_waited_for(profile, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe.js")
    assert source_text(profile, str(tmp_path / "pipe.js")) is None


def test_a_log_keeps_its_scripts_only_when_asked() -> None:
    sample = "samples/node/22.23.3/auth-api-logger.v8.log.gz"
    path = str(_ROOT / sample)
    assert not profkit.load(path).sources
    kept = profkit.load(path, options=profkit.ReadOptions(sources=True))
    text = kept.sources["/srv/auth-api/lib/auth.js"]
    assert text.startswith("'use strict';\n\n")
    assert "const jwt = require('jsonwebtoken');" in text.splitlines()[4]


def test_a_source_map_brings_its_sources(tmp_path) -> None:
    script = tmp_path / "app.js"
    made = profile_of(([("f", str(script), 1, 1, Kind.JS)], 1))
    content = {"version": 3, "mappings": "AAAA", "sources": ["server.ts"], "file": "app.js"}
    path = tmp_path / "app.js.map"
    for part in (content, {"version": 3, "sections": [{"offset": _START, "map": content}]}):
        content["sourcesContent"] = ["text"]
        path.write_text(json.dumps(part))
        mapped = apply_source_maps(made, [str(path)], sources=True)
        assert list(mapped.sources.values()) == ["text"]
        assert validate(mapped).strings[mapped.functions.file[0]] in mapped.sources
        assert not apply_source_maps(made, [str(path)]).sources
        del content["sourcesContent"]
        path.write_text(json.dumps(part))
        assert not apply_source_maps(made, [str(path)], sources=True).sources


def test_sources_are_of_files_that_are_named(profile) -> None:
    validate(profile.replace(sources={FILE: ""}))
    with pytest.raises(InvalidProfileError, match="a source is of a file without a name"):
        validate(profile.replace(sources={"other.js": ""}))


def test_merging_keeps_the_first_text(profile) -> None:
    first, second = (profile.replace(sources={FILE: text}) for text in ("first", "second"))
    assert merge([profile, first, second]).sources == {FILE: "first"}
    validate(merge([profile, first]))
