"""``--format``: one option for people, spreadsheets and programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import click
import pytest
from running import run, spawn

from profkit.cli.commands import COMMANDS
from profkit.cli.commands import profkit as command_line

LAYOUTS = ["rich", "plain", "markdown", "csv", "json"]
TABLES = [c.name for c in COMMANDS if c.name not in ("convert", "flame", "history", "view")]


@pytest.mark.parametrize("command", TABLES)
def test_every_command_with_a_table_has_the_same_choice(command) -> None:
    found = command_line.get_command(click.Context(command_line), command)
    (choice,) = (p.type.choices for p in found.params if "--format" in p.opts)
    assert [name for name in choice if name != "classic"] == LAYOUTS


@pytest.mark.parametrize("command", TABLES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_every_command(command, layout, log, capsys) -> None:
    words = (command, "logRequest") if command == "butterfly" else (command,)
    if command == "diff":  # of one file with itself
        Path("base.log").write_text(Path(log).read_text())
        words = (command, "base.log")
    code, out, err = run(capsys, *words, "--format", layout, log)
    assert (code, err) == (0, "")
    if layout == "json":
        assert out == run(capsys, *words, "--json", log).out
        assert json.loads(out)["view"] == command
    elif layout == "csv":
        header, *rows = csv.reader(out.splitlines(), strict=True)
        assert all(len(row) == len(header) for row in rows)
    elif layout == "markdown":
        assert out.startswith("base `base.log`" if command == "diff" else "## `app.log`\n")
    else:
        assert out == run(capsys, *words, log).out


def test_csv_has_exact_figures_and_whole_names(log, capsys) -> None:
    assert run(capsys, "top", "--format", "csv", "-n", "1", "--sort", "total", log).out == (
        "name,place,file,line,column,kind,package,self,charged,total,unit\n"
        "handle,api/server.js:12,/srv/api/server.js,12,3,js,(app),1,1,4,count\n"
    ).replace("\n", "\r\n")


def test_csv_of_a_summary(log, capsys) -> None:
    out = run(capsys, "process", "--format", "csv", "--only-summary", log).out
    assert out.split() == [
        "section,value,unit",
        "sharedLibraries,2,count",
        "javascript,2,count",
        "native,0,count",
    ]


def test_plain_has_no_colours_even_where_they_are_forced(log) -> None:
    forced = {"FORCE_COLOR": "1", "TERM": "xterm"}
    assert b"\x1b[" in spawn("top", log, env=forced).stdout
    assert b"\x1b[" not in spawn("top", "--format", "plain", log, env=forced).stdout


@pytest.mark.parametrize("layout", ["markdown", "classic"])
def test_json_and_another_layout_exclude_each_other(layout, log, capsys) -> None:
    code, out, err = run(capsys, "process", "--json", "--format", layout, log)
    assert (code, out) == (2, "")
    assert err == f"profkit: --json and --format {layout} exclude each other\n"
    assert run(capsys, "process", "--json", "--format", "json", log).code == 0


@pytest.mark.parametrize("layout", ["markdown", "csv", "json"])
def test_a_file_gets_the_layout(layout, log, folder, capsys) -> None:
    printed = run(capsys, "heavy", "--format", layout, log).out
    assert run(capsys, "heavy", "--format", layout, "-o", "out", log) == (0, "", "")
    assert (folder / "out").read_bytes().decode() == printed
