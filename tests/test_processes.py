"""Work that other processes do."""

from __future__ import annotations

import operator
import os
import sys

import pytest

import profkit
from profkit.errors import InputError
from profkit.loading import load
from profkit.processes import Helper, HelperLostError, spread
from profkit.profile import validate

SAMPLES = "samples/node/22.23.3"
FILES = [f"{SAMPLES}/auth-api-{name}.cpuprofile.gz" for name in ("logger", "quiet")]


def test_a_helper_answers_in_order():
    with Helper() as helper:
        for number in range(3):
            helper.ask(operator.mul, number, 2)
            assert helper.answer() == 2 * number
        helper.ask(os.getpid)
        assert helper.answer() != os.getpid()


def test_a_helper_hands_on_errors_whole():
    with Helper() as helper:
        helper.ask(load, "not-there.cpuprofile")
        with pytest.raises(InputError) as caught:
            helper.answer()
        assert caught.value.source == "not-there.cpuprofile"
        assert str(caught.value) == "not-there.cpuprofile: no such file or directory"


def test_what_a_helper_cannot_do_is_lost():
    with Helper() as helper:
        helper.ask(operator.truediv, 1, 0)
        with pytest.raises(HelperLostError):
            helper.answer()


@pytest.mark.parametrize("helpers", [0, 1, 3])
def test_answers_are_in_the_order_of_the_tasks(helpers):
    done = []
    assert spread(operator.neg, range(20), helpers, done.append) == [-n for n in range(20)]
    assert sorted(done) == list(range(20))


@pytest.mark.parametrize("helpers", [0, 2])
def test_the_first_file_that_cannot_be_read_is_told(helpers, tmp_path):
    bad = [tmp_path / name for name in ("one.cpuprofile", "two.cpuprofile")]
    for path in bad:
        path.write_text("{}")
    with pytest.raises(InputError) as caught:
        spread(load, [FILES[0], *map(str, bad), "not-there"], helpers)
    assert caught.value.source == str(bad[0])


def test_without_helpers_all_is_done_here(monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    assert spread(operator.neg, [1, 2], 2) == [-1, -2]


def test_profiles_of_other_processes_are_whole(monkeypatch):
    monkeypatch.setattr("profkit.loading._WORTH_HELP", 1)
    monkeypatch.setattr("profkit.processes.processors", lambda: 2)
    progress = []
    profiles = profkit.load_all(FILES * 2, on_progress=lambda *told: progress.append(told))
    for path, profile in zip(FILES * 2, profiles, strict=True):
        validate(profile)
        assert profile.meta == load(path).meta
        assert (profile.self_values() == load(path).self_values()).all()
    assert progress[-1][0] == progress[-1][1]
