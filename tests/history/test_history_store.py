"""The history's file: whole or not at all, versioned, and safe with several writers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from profkit.errors import InputError, OutputError, UsageError
from profkit.history import database, store
from profkit.history.database import FILE_NAME
from profkit.history.store import Commit, Cost, Group, History, Run
from profkit.profile import COUNT, NANOSECONDS, ValueType

TIME = ValueType("cpu", NANOSECONDS)
SHA = "0123456789abcdef0123456789abcdef01234567"
RUN = Run("a.cpuprofile", samples=10, total=1000, duration=5000, operations=3.5, machine="ci-1")
PARSE = Group("function", "parse", "/srv/api/parse.js", "(app)", "js")
COSTS = (Cost(PARSE, 600, 700), Cost(Group("package", "(app)"), 600, 1000))


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "perf.sqlite")


def add(path, commit, run=RUN, costs=COSTS, value_type=TIME):
    with History.writing(path, create=True) as history:
        return history.add(commit, run, costs, value_type)


def test_what_was_added_is_read_again(path) -> None:
    assert add(path, Commit(SHA, 1000, "v1", "main"))
    with History.reading(path) as history:
        assert history.value_type == TIME
        assert history.commits() == (Commit(SHA, 1000, "v1", "main"),)
        assert history.runs() == (replace(RUN, commit=0),)
        ((number, group),) = history.groups("function")
        assert group == PARSE
        assert history.costs(number) == ((0, 600, 700),)
        assert history.shares("function") == ((number, 0.6, 0.7),)


def test_commits_are_in_the_order_of_time_and_runs_in_that_of_commits(path) -> None:
    for name, moment in (("c", 30), ("a", 10), ("b", 20)):
        for total in (1000, 2000):
            add(path, Commit(name, moment), replace(RUN, total=total))
    with History.reading(path) as history:
        assert [commit.name for commit in history.commits()] == ["a", "b", "c"]
        assert [(run.commit, run.total) for run in history.runs()] == [
            (commit, total) for commit in range(3) for total in (1000, 2000)
        ]
        ((number, _),) = history.groups("function")
        assert sorted(run for run, _, _ in history.costs(number)) == list(range(6))


def test_the_same_run_is_added_once(path) -> None:
    assert add(path, Commit("a", 1))
    assert not add(path, Commit("a", 2))
    assert add(path, Commit("b", 2))
    assert add(path, Commit("a", 1), replace(RUN, duration=None))
    assert not add(path, Commit("a", 1), replace(RUN, duration=None))
    with History.reading(path) as history:
        assert len(history.runs()) == 3


def test_a_known_commit_keeps_its_time_and_gets_what_it_lacked(path) -> None:
    add(path, Commit("a", 1))
    add(path, Commit("a", 5, "v1", "main"), replace(RUN, samples=11))
    add(path, Commit("a", 6, "v2", "dev"), replace(RUN, samples=12))
    with History.reading(path) as history:
        assert history.commits() == (Commit("a", 1, "v1", "main"),)


def test_an_error_leaves_the_file_as_it_was(path) -> None:
    add(path, Commit("a", 1))

    def add_two():
        with History.writing(path) as history:
            history.add(Commit("b", 2), RUN, COSTS, TIME)
            history.add(Commit("c", 3), RUN, COSTS, ValueType("ticks", COUNT))

    with pytest.raises(UsageError, match="it has ticks"):
        add_two()
    with History.reading(path) as history:
        assert [commit.name for commit in history.commits()] == ["a"]


@pytest.mark.parametrize("name", ["v1", SHA, SHA[:7]])
def test_a_commit_is_removed_by_any_of_its_names(path, name) -> None:
    add(path, Commit(SHA, 1, "v1"))
    other = Group("function", "send")
    add(path, Commit("b", 2), costs=(Cost(other, 1, 1),))
    with History.writing(path) as history:
        assert history.remove(name) == 1
    with History.reading(path) as history:
        assert [commit.name for commit in history.commits()] == ["b"]
        assert [group for _, group in history.groups("function")] == [other]


@pytest.mark.parametrize(("name", "said"), [("x", "no commit is"), ("same", "2 commits are")])
def test_a_name_must_be_that_of_one_commit(path, name, said) -> None:
    add(path, Commit("a", 1, "same"))
    add(path, Commit("b", 2, "same"))
    with pytest.raises(UsageError, match=said), History.writing(path) as history:
        history.remove(name)


def test_a_folder_stands_for_the_file_in_it(tmp_path) -> None:
    assert not History.exists(str(tmp_path))
    add(str(tmp_path), Commit("a", 1))
    assert History.exists(str(tmp_path))
    assert (tmp_path / FILE_NAME).is_file()


def test_what_is_missing_or_empty_is_no_history(path, tmp_path) -> None:
    with pytest.raises(InputError, match="there is no such history"), History.reading(path):
        pass
    with pytest.raises(InputError, match="there is no such history"), History.writing(path):
        pass
    (tmp_path / "perf.sqlite").touch()
    with pytest.raises(InputError, match="it is empty"), History.reading(path):
        pass


@pytest.mark.parametrize("content", [b"no database at all", b"SQLite format 3\0" + b"x" * 4000])
def test_another_file_is_no_history_and_stays_as_it_is(path, tmp_path, content) -> None:
    file = tmp_path / "perf.sqlite"
    file.write_bytes(content)
    for opened in (History.reading(path), History.writing(path, create=True)):
        with pytest.raises(InputError, match="no history of profkit, or damaged"), opened:
            pass
    assert file.read_bytes() == content


def test_another_programs_database_is_no_history(path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE runs (id)")
    other.close()
    for opened in (History.reading(path), History.writing(path, create=True)):
        with pytest.raises(InputError, match="no history of profkit"), opened:
            pass


def test_a_version_to_come_is_refused(path) -> None:
    add(path, Commit("a", 1))
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 2")
    other.close()
    for opened in (History.reading(path), History.writing(path, create=True)):
        with pytest.raises(InputError, match="version 2; this profkit reads up to 1"), opened:
            pass


def test_a_damaged_history_is_told_of(path, tmp_path) -> None:
    add(path, Commit("a", 1))
    file = tmp_path / "perf.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(InputError, match="damaged"), History.reading(path) as history:
        history.runs()


def test_a_place_that_cannot_be_written_is_told_of(tmp_path) -> None:
    with pytest.raises(OutputError, match="cannot be opened"):
        add(str(tmp_path / "missing" / "perf.sqlite"), Commit("a", 1))


def test_who_waits_too_long_is_told(path, monkeypatch) -> None:
    add(path, Commit("a", 1))
    monkeypatch.setattr(database, "_PATIENCE", 0.01)
    with History.writing(path), pytest.raises(OutputError, match="another process"):
        add(path, Commit("b", 2))


def test_several_processes_add_at_once(path) -> None:
    code = (
        "import sys; from profkit.history.store import *; from profkit.profile import ValueType\n"
        "for n in range(5):\n"
        "    with History.writing(sys.argv[1], create=True) as history:\n"
        "        run = Run(sys.argv[2], n, 10)\n"
        "        group = Group('function', f'f{n}')\n"
        "        history.add(Commit('a', 1), run, [Cost(group, 1, 1)], ValueType('t', 'count'))\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, path, name]) for name in ("one", "two")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with History.reading(path) as history:
        assert len(history.runs()) == 10
        assert len(history.groups("function")) == 5


def test_what_a_killed_writer_left_is_undone(path, tmp_path) -> None:
    add(path, Commit("a", 1))
    code = (
        "import os, sys; from profkit.history.store import *; from profkit.profile import *\n"
        "with History.writing(sys.argv[1]) as history:\n"
        "    history._connection.execute('PRAGMA cache_size = 1')\n"
        "    costs = [Cost(Group('function', f'f{n}'), n, n) for n in range(5000)]\n"
        "    history.add(Commit('b', 2), Run('b', 1, 1), costs, ValueType('cpu', 'nanoseconds'))\n"
        "    os._exit(1)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == 1
    assert (tmp_path / "perf.sqlite-journal").stat().st_size > 0
    with History.reading(path) as history:
        assert [commit.name for commit in history.commits()] == ["a"]
        assert len(history.groups("function")) == 1


def test_a_name_without_an_encoding_is_written_down(path) -> None:
    assert store.storable("a\ud800b") == "a\\ud800b"
