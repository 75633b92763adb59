"""The store of tests' runs: whole or not at all, and told apart by the test."""

from __future__ import annotations

import re

import pytest

from profkit.errors import InputError, OutputError, UsageError
from profkit.gate.baseline import read_baseline
from profkit.gate.verdict import Outcome
from profkit.testing.storing import Run, Store

TEST = "tests/test_shop.py::test_catalogue[a/b]"


def folded(folder, name, *counts):
    """Return runs of a function that took so many samples each."""
    runs = []
    for number, count in enumerate(counts):
        file = folder / f"{name}{number}.folded"
        file.write_text("".join(f"main;f{n} {count}\n" for n in range(30)))
        runs.append(Run(file, 1.0))
    return runs


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "project", "main")


def test_what_is_kept_is_compared_with(store, tmp_path) -> None:
    runs = folded(tmp_path, "a", 100, 101, 99, 100)
    assert store.compare(TEST, runs) is None
    store.keep(TEST, runs)
    assert store.compare(TEST, runs).outcome is Outcome.PASS
    dear = folded(tmp_path, "b", 300, 301, 299, 300)
    verdict = store.compare(TEST, dear)
    assert verdict.outcome is Outcome.REGRESSION
    assert verdict.base == ("main",)
    assert store.compare(TEST + "2", runs) is None


def test_the_projects_configuration_has_its_say(store, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    store.keep(TEST, folded(tmp_path, "a", 100, 101, 99, 100))
    runs = folded(tmp_path, "b", 280, 281, 279, 280)
    assert store.compare(TEST, runs).outcome is Outcome.REGRESSION
    (tmp_path / "pyproject.toml").write_text('[tool.profkit.check]\nleast = "99%"\ndrift = "90%"\n')
    assert store.compare(TEST, runs).outcome is not Outcome.REGRESSION
    (tmp_path / "pyproject.toml").write_text("[tool.profkit.check]\nleats = 1\n")
    with pytest.raises(UsageError, match="leats"):
        store.compare(TEST, runs)


def test_a_new_baseline_takes_the_place_of_the_old(store, tmp_path) -> None:
    store.keep(TEST, folded(tmp_path, "a", 10, 20, 30))
    store.keep(TEST, folded(tmp_path, "b", 40))
    (file,) = (tmp_path / "project/.profkit/tests/main").iterdir()
    assert file.name.startswith("tests-test_shop.py-test_catalogue-a-b-")
    kept = read_baseline(str(file))
    assert kept.operations == [1.0]
    assert [int(profile.self_values(0).sum()) for profile in kept.profiles()] == [30 * 40]


def test_what_cannot_be_read_is_not_kept(store, tmp_path) -> None:
    store.keep(TEST, folded(tmp_path, "a", 10))
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(InputError, match="bad"):
        store.keep(TEST, [*folded(tmp_path, "b", 10), Run(tmp_path / "bad.json", 1.0)])
    (file,) = (tmp_path / "project/.profkit/tests/main").iterdir()
    assert int(read_baseline(str(file)).profiles()[0].self_values(0).sum()) == 30 * 10


def test_a_place_that_cannot_be_written_is_told(tmp_path) -> None:
    (tmp_path / ".profkit").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        Store(tmp_path, "main").keep(TEST, folded(tmp_path, "a", 10))


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"profkit": "baseline", "version": 1}'])
def test_a_damaged_baseline_is_told(store, tmp_path, content) -> None:
    runs = folded(tmp_path, "a", 10)
    store.keep(TEST, runs)
    (file,) = (tmp_path / "project/.profkit/tests/main").iterdir()
    file.write_bytes(content)
    with pytest.raises(InputError, match=re.escape(file.name)):
        store.compare(TEST, runs)


def test_tests_of_long_and_hostile_names_have_folders_of_their_own(store, tmp_path) -> None:
    for name in ("x" * 5_000, "x" * 5_001, "../..", "..", "é\n\x00", ""):
        store.keep(name, folded(tmp_path, "a", 10))
    assert len([*(tmp_path / "project/.profkit/tests/main").iterdir()]) == 6
