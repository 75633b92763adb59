"""The command line as a whole: exit codes, one line for each error, pipes, and what it imports."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import click
import pytest
from running import run, spawn

import profkit
from profkit.cli import main
from profkit.cli.commands import COMMANDS
from profkit.cli.commands import profkit as command_line
from profkit.errors import InputError, ProfkitError


def test_version(capsys) -> None:
    assert run(capsys, "--version") == (0, f"profkit {profkit.__version__}\n", "")


def test_help_lists_every_command(capsys) -> None:
    code, out, err = run(capsys, "--help")
    assert (code, err) == (0, "")
    for command in COMMANDS:
        assert f"  {command.name} " in out
        assert command.help in out


@pytest.mark.parametrize("arguments", [["top", "p.folded"], ["flame", "p.folded", "out.svg"]])
def test_whether_a_file_can_be_read_is_not_asked_but_tried(
    arguments, tmp_path, monkeypatch, capsys
) -> None:
    (tmp_path / "p.folded").write_text("main 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_args, **_options: False)
    assert run(capsys, *arguments)[0] == 0


def test_without_a_command_help_is_an_error(capsys) -> None:
    code, out, err = run(capsys)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: profkit ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tpo"], "profkit: No such command 'tpo'"),
        (["--nope"], "profkit: No such option"),
        (["top", "--sort", "name", "x"], "profkit: Invalid value for '--sort'"),
        (["top", "-n", "-1", "x"], "profkit: Invalid value for '-n' / '--limit'"),
        (["heavy", "--min-share", "101", "x"], "profkit: Invalid value for '--min-share'"),
        (["top", "--input-format", "nothing", "x"], "profkit: Invalid value for '--input-format'"),
        (["top", "no\x1b[31m\nsuch"], r"profkit: no\x1b[31m\nsuch: no such file or directory"),
        (["top", "."], "profkit: .: is a directory; a profile file is expected"),
        (["top"], "profkit: no PROFILE is named, and none was read in this directory before"),
        (["top", "-", "-"], "profkit: standard input can be read only once"),
    ],
)
def test_wrong_usage_is_one_line_and_2(arguments, message, capsys) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_what_cannot_be_read_is_one_line_and_2(log, folder, capsys) -> None:
    (folder / "junk").write_bytes(b"\x00\x01\x02 no profile at all")
    (folder / "empty").write_bytes(b"")
    (folder / "cut.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b")
    for name in ("junk", "empty", "cut.gz"):
        code, out, err = run(capsys, "top", name)
        assert (code, out) == (2, "")
        assert err.startswith(f"profkit: {name}: ")
        assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (
            InputError("a.log", "breaks off", where="line 3"),
            2,
            "profkit: a.log: line 3: breaks off\n",
        ),
        (ProfkitError("two\nlines"), 2, "profkit: two\\nlines\n"),
        (MemoryError(), 2, "profkit: there is not enough memory for this\n"),
    ],
)
def test_what_a_command_raises(error, code, message, monkeypatch, capsys) -> None:
    @click.command()
    def broken() -> None:
        raise error

    monkeypatch.setattr(type(command_line), "get_command", lambda *_: broken)
    assert run(capsys, "broken") == (code, "", message)


def test_a_reader_that_has_had_enough_is_no_error(log) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "profkit", "info", "--json", log],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait(60) == 0
    running.stderr.close()


def test_a_terminal_that_knows_no_unicode_gets_escapes(log) -> None:
    result = spawn("top", "--json", log, env={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    name = "関.log"
    (os.link(log, name))
    result = spawn("top", name, env={"PYTHONIOENCODING": "ascii"})
    assert (result.returncode, result.stdout.splitlines()[0]) == (0, rb"\u95a2.log  4 ticks")


HEAVY = ("numpy", "rich", "msgspec", "zstandard", "profkit.formats", "profkit.profile")


def _imported_by(*arguments) -> set[str]:
    code = f"""
import sys
from profkit.cli import main
main({list(arguments)!r})
print(*sys.modules, file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return set(result.stderr.decode().split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_imports_neither_numpy_nor_a_format(arguments) -> None:
    assert not _imported_by(*arguments) & set(HEAVY)


def test_a_piped_table_does_without_rich(log) -> None:
    imported = _imported_by("top", log)
    assert "numpy" in imported
    assert not {name for name in imported if name.split(".")[0] == "rich"}


def test_completion(monkeypatch, capsys) -> None:
    monkeypatch.setenv("_PROFKIT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "profkit top --by pa")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert run(capsys).out == "plain,package\n"


def test_streams_that_cannot_be_reconfigured_are_left_alone(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", out := io.StringIO())
    assert main(["--version"]) == 0
    assert out.getvalue().startswith("profkit ")
