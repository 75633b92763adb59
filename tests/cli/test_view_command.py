"""``profkit view``, and pages that ``profkit flame`` writes."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import webbrowser
from pathlib import Path

import pytest
from running import run

STACKS = "main;parse 30\nmain;render 70\n"


@pytest.fixture
def profile(folder, monkeypatch, tmp_path):
    """Write a small profile, and give this test a folder for temporary files and no display."""
    (folder / "app.folded").write_text(STACKS)
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    return "app.folded"


def test_a_page_is_written_for_this_user_alone(profile, capsys) -> None:
    result = run(capsys, "view", "--no-open", "--title", "../../My app", profile)
    assert (result.code, result.err) == (0, "")
    page = Path(result.out.rstrip("\n"))
    assert page.name == "My-app.html"
    assert page.read_bytes().startswith(b"<!doctype html>")
    assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700


def test_a_browser_opens_the_page(profile, capsys, monkeypatch) -> None:
    opened = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    result = run(capsys, "view", profile)
    (address,) = opened
    assert address.startswith("file:///")
    assert (result.code, result.out) == (0, "")
    assert result.err == f"profkit: opened {address.removeprefix('file://')}\n"


@pytest.mark.parametrize("display", ["", ":0"])
def test_without_a_browser_the_page_s_place_is_told(profile, capsys, monkeypatch, display) -> None:
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    result = run(capsys, "view", profile)
    assert result.code == 0
    assert result.err == "profkit: there is no browser to open here; the page is in\n"
    assert Path(result.out.rstrip("\n")).exists()


def test_speedscope_opens_a_file_of_its_own_format(profile, capsys, monkeypatch, tmp_path) -> None:
    program = tmp_path / "bin" / "speedscope"
    program.parent.mkdir()
    program.write_text(f'#!{sys.executable}\nimport sys; open("given", "w").write(sys.argv[1])\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    result = run(capsys, "view", "--speedscope", profile)
    given = Path("given").read_text()
    assert (result.code, result.err) == (0, f"profkit: opened {given} in speedscope\n")
    assert given.endswith("app.folded.speedscope.json")
    assert run(capsys, "info", given).code == 0

    program.write_text("#!/bin/sh\nexit 3\n")
    result = run(capsys, "view", "--speedscope", profile)
    assert result.code == 2
    assert "speedscope ended with code 3; the profile is in " in result.err


def test_two_sides_are_one_page(profile, folder, capsys) -> None:
    (folder / "old.folded").write_text("main;parse 50\n")
    result = run(capsys, "view", "--no-open", "--base", "old.folded", profile)
    assert result.code == 0
    assert Path(result.out.rstrip("\n")).exists()
    for arguments, word in (
        (("--base", "old.folded"), "name the profile that is to be compared with the base"),
        (("--speedscope", "--base", "old.folded", profile), "speedscope shows one side"),
    ):
        result = run(capsys, "view", *arguments)
        assert (result.code, result.out) == (2, "")
        assert word in result.err


def test_without_speedscope_there_is_a_clear_word(profile, capsys, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run(capsys, "view", "--speedscope", profile)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "profkit: speedscope is not installed: npm install -g speedscope, "
        "or profkit view without it\n"
    )


def test_a_folder_that_cannot_be_written_is_named(profile, capsys, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    result = run(capsys, "view", profile)
    assert result.code == 2
    assert result.err.startswith(
        "profkit: the folder for temporary files: cannot be written: no such file"
    )


def test_flame_writes_a_page_where_the_name_ends_so(profile, capsys) -> None:
    result = run(capsys, "flame", profile, "out.html")
    assert result.code == 0
    assert result.err == "profkit: wrote a page of 2 samples to out.html\n"
    assert Path("out.html").read_bytes().startswith(b"<!doctype html>")


def test_options_that_are_about_pictures_are_refused(profile, capsys) -> None:
    for words in (("--width", "900"), ("--min-width", "1"), ("--per-thread",), ("--color", "kind")):
        result = run(capsys, "flame", *words, profile, "out.HTML")
        assert (result.code, result.out) == (2, "")
        assert result.err == f"profkit: {words[0]} is of no use for a page\n"
    assert not Path("out.HTML").exists()
