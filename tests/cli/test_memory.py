"""What was last read in a directory: written quietly, recalled only where it makes sense."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from profkit.cli.memory import forget, recall, remember


def _files():
    return sorted(Path(os.environ["XDG_CACHE_HOME"]).rglob("*.json"))


def test_recall_gives_back_what_was_remembered(log, folder) -> None:
    before = time.time()
    remember([log], ["v8log"])
    found = recall()
    assert found.paths == (str(folder / log),)
    assert found.files[0].format == "v8log"
    assert found.files[0].size == (folder / log).stat().st_size
    assert before <= found.when <= time.time()
    assert found.files[0].is_unchanged


def test_nothing_is_known_at_first(folder) -> None:
    assert recall() is None


def test_a_change_of_the_file_is_seen(log, folder) -> None:
    remember([log], ["v8log"])
    os.utime(folder / log, ns=(1, 1))
    assert not recall().files[0].is_unchanged
    (folder / log).unlink()
    assert not recall().files[0].is_unchanged


def test_folders_do_not_share(log, folder, monkeypatch) -> None:
    remember([log], ["v8log"])
    monkeypatch.chdir(folder.parent)
    assert recall() is None


def test_standard_input_leaves_nothing_to_recall(log) -> None:
    remember([log], ["v8log"])
    remember([log, "-"], ["v8log", "folded"])
    assert recall() is None
    assert _files() == []


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'"files"'])
def test_what_is_no_memory_is_nothing(content, log) -> None:
    remember([log], ["v8log"])
    _files()[0].write_bytes(content)
    assert recall() is None


@pytest.mark.parametrize(
    "change",
    [
        {"files": []},
        {"files": [{"path": "a"}]},
        {"files": [{"path": 1, "format": "", "size": 1, "mtime": 1}]},
        {"files": 7},
        {"when": "x"},
        {"when": float("nan")},
        {"when": 1e300},
        {"folder": "/srv/elsewhere"},
    ],
)
def test_what_makes_no_sense_is_nothing(change, log) -> None:
    remember([log], ["v8log"])
    (file,) = _files()
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({**kept, **change}))
    assert recall() is None
    file.write_text(json.dumps(kept))
    assert recall() is not None


def test_only_one_small_file_is_written(log) -> None:
    for _ in range(2):
        remember([log], ["v8log"])
    (file,) = _files()
    assert file.parent.parts[-2:] == ("profkit", "last")
    assert set(json.loads(file.read_text())) == {"folder", "files", "when"}


def test_what_cannot_be_written_is_passed_over(log, folder, monkeypatch) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "file"))
    remember([log], ["v8log"])
    remember(["absent"], ["v8log"])
    forget()
    assert recall() is None


def test_the_home_folder_serves_where_no_cache_is_named(log, folder, monkeypatch) -> None:
    for value in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", value)
        monkeypatch.setenv("HOME", str(folder / f"home{value}"))
        remember([log], ["v8log"])
        assert recall().paths == (str(folder / log),)
        assert list((folder / f"home{value}" / ".cache" / "profkit" / "last").iterdir())
