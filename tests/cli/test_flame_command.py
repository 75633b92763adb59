"""``profkit flame``: which profile it draws, and where; never over a profile."""

from __future__ import annotations

import json
import os
import re
from xml.etree import ElementTree as ET

import pytest
from running import LOG, in_terminal, run, spawn

DREW = "profkit: drew 3 boxes to out.svg\n"


def names_in(folder):
    return sorted(file.name for file in folder.iterdir())


def is_picture(data) -> bool:
    return ET.fromstring(data).tag.endswith("}svg")  # noqa: S314 (it is our own)


def test_a_profile_becomes_a_picture(capsys, folder, log) -> None:
    result = run(capsys, "flame", log, "out.svg")
    assert (result.code, result.out, result.err) == (0, "", DREW)
    assert is_picture((folder / "out.svg").read_bytes())
    assert names_in(folder) == ["app.log", "out.svg"]


def test_a_second_run_writes_the_same_bytes(capsys, folder, log) -> None:
    run(capsys, "flame", log, "out.svg")
    first = (folder / "out.svg").read_bytes()
    run(capsys, "flame", log, "out.svg")
    assert (folder / "out.svg").read_bytes() == first


def test_the_picture_goes_to_standard_output_for_a_dash(log) -> None:
    # Whatever the locale, XML without a declaration is UTF-8.
    result = spawn("flame", log, "-", "--title", "naïve …", env={"PYTHONIOENCODING": "latin-1"})
    assert result.returncode == 0
    assert is_picture(result.stdout)
    assert "<title>naïve …</title>".encode() in result.stdout
    assert result.stderr == b"profkit: drew 3 boxes to standard output\n"


def test_several_profiles_become_one_picture(capsys, folder, log) -> None:
    (folder / "other.log").write_text(LOG)
    result = run(capsys, "flame", log, "other.log", "out.svg")
    assert result.code == 0
    picture = (folder / "out.svg").read_text(encoding="utf-8")
    assert "<title>app.log, other.log</title>" in picture
    assert "8 ticks in all" in picture


def test_a_profile_alone_is_drawn_as_text(capsys, folder, log) -> None:
    result = run(capsys, "flame", log)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "app.log",
        f"[ all 100.0 %{' ' * 86}]",
        f"[ handle 100.0 %{' ' * 83}]",
        f"[ logRequest 75.0 %{' ' * 55}]",
        f"[ node 50.0 %{' ' * 36}]",
        "app.log",
        "4 ticks in all",
    ]
    assert names_in(folder) == ["app.log"]


def test_nothing_at_all_is_what_was_read_last(capsys, log) -> None:
    run(capsys, "top", log)
    result = run(capsys, "flame")
    assert result.code == 0
    assert result.err.startswith("profkit: using app.log")
    assert "[ handle 100.0 %" in result.out


@pytest.mark.parametrize("name", ["out.png", "out", "missing.cpuprofile"])
def test_a_last_name_that_is_neither_profile_nor_picture_is_refused(capsys, log, name) -> None:
    result = run(capsys, "flame", log, name)
    assert result.code == 2
    assert result.err == (
        f"profkit: {name} is no file to read, and one to draw ends in .svg or .html\n"
    )


def test_a_terminal_is_drawn_into_as_wide_as_it_is(log) -> None:
    shown = in_terminal("flame", log, columns="60")
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in shown.splitlines()]
    assert lines[1].startswith(" all 100.0 %")
    assert len(lines[1]) == 60
    assert lines[3].startswith(" logRequest 75.0 %")
    assert "\x1b[38;" in shown
    assert "■ app" in "".join(lines)


def test_a_dash_is_a_drawing_in_a_terminal_too(log) -> None:
    assert "handle" in in_terminal("flame", log, "-")


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (["--no-color"], {}),
        ([], {"NO_COLOR": "1"}),
        ([], {"TERM": "dumb"}),
        ([], {"PYTHONIOENCODING": "latin-1"}),
    ],
)
def test_without_colours_boxes_are_brackets(log, arguments, variables) -> None:
    shown = in_terminal("flame", *arguments, log, **variables)
    assert "\x1b" not in shown
    assert "[ logRequest 75.0 %" in shown
    assert max(map(len, shown.splitlines())) == 80


def test_a_terminal_shows_as_many_levels_as_it_has_lines(folder) -> None:
    (folder / "deep.folded").write_text(";".join(f"f{n}" for n in range(40)) + " 1\n")
    shown = in_terminal("flame", "deep.folded", LINES="20", NO_COLOR="1")
    assert len(shown.splitlines()) <= 20
    assert "27 levels deeper not shown; --depth 0 shows all" in shown
    whole = in_terminal("flame", "deep.folded", "--depth", "0", LINES="20", NO_COLOR="1")
    assert "[ f39 100.0 %" in whole
    assert "deeper" not in whole
    some = in_terminal("flame", "deep.folded", "--depth", "3", LINES="20", NO_COLOR="1")
    assert "38 levels deeper" in some


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--width", "600"], "--width is of no use for the terminal"),
        (["--min-width", "2"], "--min-width is of no use for the terminal"),
        (["out.svg", "--depth", "3"], "--depth is of no use for an SVG"),
        (["--width-by", "base"], "--width-by is about a difference"),
        (["--diff-by", "function"], "--diff-by is about a difference"),
        (["--base", "app.log", "--color", "kind"], "leave out --color"),
        (["--base", "app.log", "--chart"], "a flame chart shows one side"),
        (["--base", "app.log", "--per-thread"], "leave out --per-thread"),
        (["--base", "missing.log"], "missing.log"),
    ],
)
def test_options_that_do_not_apply_are_refused(capsys, log, folder, arguments, message) -> None:
    result = run(capsys, "flame", log, *arguments)
    assert result.code == 2
    assert message in result.err.splitlines()[-1]
    assert names_in(folder) == ["app.log"]


def test_a_base_without_a_profile_is_refused(capsys, log) -> None:
    result = run(capsys, "flame", "--base", log, "out.svg")
    assert result.code == 2
    assert result.err == "profkit: name the profile that is to be compared with the base\n"


def test_a_difference_is_drawn(capsys, folder, log) -> None:
    (folder / "old.log").write_text(LOG.replace("logRequest", "writeLine"))
    result = run(capsys, "flame", "--base", "old.log", log, "out.svg", "--json")
    assert result.code == 0
    assert result.err.splitlines()[-1] == "profkit: drew 3 boxes to out.svg"
    picture = (folder / "out.svg").read_text(encoding="utf-8")
    assert "<title>app.log against old.log</title>" in picture
    record = json.loads(result.out)
    assert record["difference"]["base"]["runs"] == ["old.log"]
    assert record["difference"]["widthBy"] == "candidate"
    assert {"base", "baseSelf", "candidate", "candidateSelf"} <= set(record["boxes"][1])


@pytest.mark.parametrize("layout", ["--heavy", "--chart"])
def test_other_layouts_are_drawn(capsys, folder, log, layout) -> None:
    result = run(capsys, "flame", log, "out.svg", layout, "--json")
    assert result.code == 0
    assert json.loads(result.out)["layout"] == layout[2:]
    assert is_picture((folder / "out.svg").read_bytes())


def test_a_chart_without_times_is_refused(capsys, folder) -> None:
    (folder / "a.folded").write_text("a;b 3\n")
    result = run(capsys, "flame", "--chart", "a.folded", "out.svg")
    assert result.code == 2
    assert result.err.startswith("profkit: a.folded: its samples have no times, and a flame chart")
    assert names_in(folder) == ["a.folded"]


@pytest.mark.parametrize("out", ["app.svg", "./app.svg", "link.svg"])
def test_a_profile_is_never_overwritten(capsys, folder, out) -> None:
    (folder / "app.svg").write_text(LOG)
    (folder / "link.svg").symlink_to("app.svg")
    result = run(capsys, "flame", "app.svg", out)
    assert result.code == 2
    assert result.err == (
        f"profkit: {out} is a profile to read; name another file for the result\n"
    )
    assert (folder / "app.svg").read_text() == LOG


def test_what_was_read_last_is_drawn(capsys, folder, log) -> None:
    run(capsys, "top", log)
    result = run(capsys, "flame", "out.svg")
    assert result.code == 0
    using, drew = result.err.splitlines(keepends=True)
    assert using.startswith("profkit: using app.log (last read 20")
    assert drew == DREW
    assert "<title>app.log</title>" in (folder / "out.svg").read_text(encoding="utf-8")


def test_with_nothing_read_before_there_is_nothing_to_draw(capsys, folder) -> None:
    result = run(capsys, "flame", "out.svg")
    assert result.code == 2
    assert result.err.startswith("profkit: no PROFILE is named, and none was read in this")
    assert len(result.err.splitlines()) == 1
    assert not (folder / "out.svg").exists()


def test_what_is_piped_in_comes_before_what_was_read_last(capsys, folder, log) -> None:
    run(capsys, "top", log)
    result = spawn("flame", "out.svg", input=LOG.encode())
    assert result.returncode == 0, result.stderr
    assert result.stderr.decode() == DREW
    picture = (folder / "out.svg").read_text(encoding="utf-8")
    assert "<title>standard input</title>" in picture


def test_a_file_as_standard_input_counts_as_piped(folder, log) -> None:
    with (folder / log).open("rb") as stdin:
        result = spawn("flame", "out.svg", stdin=stdin)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("how", ["empty pipe", "/dev/null", "closed"])
def test_where_nothing_is_piped_the_memory_serves(capsys, log, how) -> None:
    run(capsys, "top", log)
    if how == "empty pipe":
        result = spawn("flame", "out.svg", input=b"")
    elif how == "/dev/null":
        result = spawn("flame", "out.svg")
    else:
        result = spawn("flame", "out.svg", preexec_fn=lambda: os.close(0))
    assert result.returncode == 0, result.stderr
    assert result.stderr.decode().startswith("profkit: using app.log (last read")


def test_a_dash_may_be_input_and_output_at_once() -> None:
    result = spawn("flame", "-", "-", input=LOG.encode())
    assert result.returncode == 0, result.stderr
    assert is_picture(result.stdout)


def test_a_failed_run_leaves_the_picture_before_it(capsys, folder) -> None:
    (folder / "out.svg").write_text("before")
    (folder / "bad.log").write_bytes(b"\x00\x01")
    result = run(capsys, "flame", "bad.log", "out.svg")
    assert result.code == 2
    assert (folder / "out.svg").read_text() == "before"
    assert names_in(folder) == ["bad.log", "out.svg"]


def test_a_folder_that_is_not_there_is_named(capsys, log) -> None:
    result = run(capsys, "flame", log, "missing/out.svg")
    assert result.code == 2
    assert result.err == "profkit: missing/out.svg: cannot be written: no such file or directory\n"


def test_the_options_reach_the_picture(capsys, folder, log) -> None:
    run(capsys, "flame", log, "up.svg", "--width", "640", "--title", "A <title>")
    run(capsys, "flame", log, "down.svg", "--icicle", "--min-width", "800")
    up = ET.fromstring((folder / "up.svg").read_bytes())  # noqa: S314
    down = ET.fromstring((folder / "down.svg").read_bytes())  # noqa: S314
    svg = "{http://www.w3.org/2000/svg}"
    assert up.get("width") == "640"
    assert up.find(f"{svg}title").text == "A <title>"
    tops = [
        [int(box.get("y")) for box in picture.find(f"{svg}g[@id='boxes']")]
        for picture in (up, down)
    ]
    assert tops[0][0] == max(tops[0])
    assert tops[1][0] == min(tops[1])
    assert len(tops[0]) > len(tops[1])
    assert "1 narrow box not drawn" in "".join(down.itertext())


def test_narrow_boxes_are_counted(capsys, log) -> None:
    result = run(capsys, "flame", log, "out.svg", "--min-width", "800")
    assert result.err == (
        "profkit: drew 2 boxes to out.svg, without 1 narrow box (50.0 % of self time)\n"
    )


@pytest.mark.parametrize(
    "options",
    [("--width", "20"), ("--width", "x"), ("--min-width", "-1"), ("--min-width", "nan")],
)
def test_senseless_sizes_are_refused(capsys, log, options) -> None:
    result = run(capsys, "flame", log, "out.svg", *options)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1


def test_a_value_type_that_is_not_there_is_refused(capsys, log) -> None:
    result = run(capsys, "flame", log, "out.svg", "--value-type", "bytes")
    assert result.code == 2
    assert "'bytes' is no value type of this profile; it has ticks" in result.err


def test_json_prints_the_layout(capsys, folder, log) -> None:
    result = run(capsys, "flame", log, "--json")
    record = json.loads(result.out)
    assert (result.code, result.err) == (0, "")
    assert record["view"] == "flame"
    assert record["boxes"][0] == {"function": None, "depth": 0, "x": 0, "self": 0, "total": 4}
    assert sum(box["self"] for box in record["boxes"]) == 4
    assert names_in(folder) == ["app.log"]


def test_json_and_a_picture_at_once(capsys, folder, log) -> None:
    result = run(capsys, "flame", log, "out.svg", "--json")
    assert json.loads(result.out)["view"] == "flame"
    assert result.err == DREW
    assert is_picture((folder / "out.svg").read_bytes())


def test_json_takes_the_place_of_a_picture_on_standard_output(capsys, log) -> None:
    result = run(capsys, "flame", log, "-", "--json")
    assert json.loads(result.out)["view"] == "flame"
