"""Where results go: pipes, terminals with and without colours, and files written whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from running import in_terminal, run, spawn

from profkit.errors import OutputError
from profkit.files import write_file


def test_a_terminal_gets_colours_and_bars(log) -> None:
    shown = in_terminal("top", log, columns="120")
    assert "\x1b[1;31m50.0\x1b[0m" in shown
    assert "████████" in shown


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--no-color"], {}),
        ([], {"NO_COLOR": "1"}),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}),
        ([], {"TERM": "dumb"}),
    ],
)
def test_colours_can_be_switched_off(arguments, variables, log) -> None:
    shown = in_terminal("top", *arguments, log, columns="120", **variables)
    assert "\x1b" not in shown
    assert "████████" in shown


def test_a_terminal_without_unicode_gets_no_bars(log) -> None:
    shown = in_terminal("top", log, columns="120", NO_COLOR="1", PYTHONIOENCODING="latin-1")
    assert shown.isascii()
    assert "logRequest" in shown


def test_lines_are_as_wide_as_the_terminal(log) -> None:
    shown = in_terminal("top", log, columns="60", NO_COLOR="1")
    assert max(map(len, shown.splitlines())) <= 60


def test_a_pipe_gets_plain_text_unless_colours_are_forced(log) -> None:
    assert b"\x1b" not in spawn("heavy", log).stdout
    forced = spawn("heavy", log, env={"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": "100"})
    assert b"\x1b[" in forced.stdout


@pytest.mark.parametrize("arguments", [["top"], ["heavy", "--json"], ["info"]])
def test_a_file_gets_what_a_pipe_gets(arguments, log, folder, capsys) -> None:
    printed = run(capsys, *arguments, log)
    written = run(capsys, *arguments, log, "-o", "out.txt")
    assert (written.code, written.out) == (0, "")
    assert (folder / "out.txt").read_text() == printed.out
    assert run(capsys, *arguments, log, "-o", "-").out == printed.out


def test_a_full_disk_below_a_pipe_is_one_line_and_2(log) -> None:
    with Path("/dev/full").open("w") as full:
        running = subprocess.run(
            [sys.executable, "-m", "profkit", "top", log],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert running.returncode == 2
    assert (
        running.stderr == b"profkit: standard output: cannot be written: no space left on device\n"
    )


def test_a_closed_output_is_no_output(log) -> None:
    command = f"{sys.executable} -m profkit top {log} >&- 2>&-"
    assert subprocess.run(["bash", "-c", command], check=False).returncode == 0


def test_standard_output_has_a_name_too(log) -> None:
    assert spawn("top", log, "-o", "/dev/stdout").stdout == spawn("top", log).stdout


def test_a_file_that_cannot_be_written_is_one_line_and_2(log, capsys) -> None:
    code, out, err = run(capsys, "top", log, "-o", "no/such/out.txt")
    assert (code, out) == (2, "")
    assert err == "profkit: no/such/out.txt: cannot be written: no such file or directory\n"


def test_write_file_replaces_whole_and_keeps_permissions(folder) -> None:
    target = folder / "out.txt"
    target.write_text("old")
    target.chmod(0o640)
    write_file(target, "new \udcff")
    assert target.read_bytes() == b"new \\udcff"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in folder.iterdir()] == ["out.txt"]


def test_write_file_leaves_the_old_one_when_it_fails(folder) -> None:
    target = folder / "out.txt"
    target.write_text("old")

    def pieces():
        yield "n"
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"out\.txt: cannot be written: no space left on device"):
        write_file(target, pieces())
    assert target.read_text() == "old"
    assert [file.name for file in folder.iterdir()] == ["out.txt"]


def test_write_file_follows_links_and_writes_into_pipes(folder) -> None:
    (folder / "real").write_text("old")
    (folder / "link").symlink_to("real")
    write_file(folder / "link", b"new")
    assert (folder / "link").is_symlink()
    assert (folder / "real").read_bytes() == b"new"
    write_file("/dev/null", b"gone")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("name", [".", "nul\x00"])
def test_write_file_refuses_what_is_no_file(name, folder) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_file(name, b"")
