"""top, heavy, tree and info: what their options do, from end to end."""

from __future__ import annotations

import json
import os

import pytest
from running import LOG, run


def _json(capsys, *arguments):
    code, out, err = run(capsys, *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def _names(record):
    return [row["name"] for row in record["rows"]]


def test_top(log, capsys) -> None:
    record = _json(capsys, "top", log)
    assert (record["view"], record["by"], record["sort"]) == ("top", "function", "self")
    assert record["valueType"] == {"type": "ticks", "unit": "count"}
    assert record["total"] == sum(row["self"] for row in record["rows"]) == 4
    assert record["omitted"] == {"groups": 0, "self": 0}
    assert _names(record) == ["node", "handle", "logRequest"]
    assert record["rows"][2]["place"] == "morgan/index.js:144"


def test_top_sorted_and_limited(log, capsys) -> None:
    record = _json(capsys, "top", "--sort", "total", "-n", "2", log)
    assert _names(record) == ["handle", "logRequest"]
    assert record["omitted"] == {"groups": 1, "self": 2}
    assert len(_json(capsys, "top", "--limit", "0", log)["rows"]) == 3


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("package", ["(shared-library)", "(app)", "morgan"]),
        ("kind", ["js", "shared-library"]),
    ],
)
def test_top_by(by, names, log, capsys) -> None:
    assert _names(_json(capsys, "top", "--by", by, log)) == names


def test_heavy(log, capsys) -> None:
    record = _json(capsys, "heavy", log)
    rows = [(row["depth"], row["name"], row["total"]) for row in record["rows"]]
    assert rows == [
        (0, "node", 2),
        (1, "logRequest", 2),
        (2, "handle", 2),
        (0, "handle", 1),
        (0, "logRequest", 1),
        (1, "handle", 1),
    ]
    assert [row["parent"] for row in record["rows"]] == [None, 0, 1, None, None, 4]


def test_heavy_cut(log, capsys) -> None:
    record = _json(capsys, "heavy", "-n", "1", "--depth", "2", log)
    assert _names(record) == ["node", "logRequest"]
    assert record["omitted"] == {"roots": 2, "rootsTotal": 2, "branches": 0, "deeper": 1}
    record = _json(capsys, "heavy", "--min-share", "26", log)
    assert _names(record) == ["node", "logRequest", "handle"]


def test_tree(log, capsys) -> None:
    record = _json(capsys, "tree", log)
    rows = [(row["depth"], row["name"], row["self"], row["total"]) for row in record["rows"]]
    assert rows == [(0, "handle", 1, 4), (1, "logRequest", 1, 3), (2, "node", 2, 2)]


def test_tree_of_a_function(log, capsys) -> None:
    assert _names(_json(capsys, "tree", "--of", "logR", log)) == ["logRequest", "node"]
    assert _names(_json(capsys, "tree", "--of", "morgan/index.js:144", "--depth", "1", log)) == [
        "logRequest"
    ]
    code, _, err = run(capsys, "tree", "--of", "nothing", log)
    assert (code, err) == (2, "profkit: no function's name or place contains 'nothing'\n")


def test_info(log, folder, capsys) -> None:
    (folder / log).write_text(LOG.replace("0x2010\ntick,0x1020", "0x77770000\ntick,0x1020"))
    code, out, _ = run(capsys, "info", "--json", log)
    record = json.loads(out)
    assert (code, record["view"], record["span"], record["depth"]) == (0, "info", 3_000_000, 3)
    assert record["valueTypes"] == [{"type": "ticks", "unit": "count", "total": 4, "idle": 0}]
    assert [thread["samples"] for thread in record["threads"]] == [4]
    assert record["libraries"][0]["path"] == "/usr/bin/node"
    assert record["libraries"][0]["self"] == 2
    dropped = [entry for entry in record["ledger"] if entry["action"] == "dropped"]
    assert [(entry["unit"], entry["count"]) for entry in dropped] == [("frames", 1)]
    text = run(capsys, "info", log).out
    assert "V8 tick log" in text
    assert "/usr/bin/node" in text
    assert "dropped" in text


@pytest.mark.parametrize(
    "command", ["process", "top", "heavy", "tree", "lines", "timeline", "info"]
)
def test_a_profile_is_not_overwritten_by_what_is_said_of_it(command, log, folder, capsys) -> None:
    before = (folder / log).read_bytes()
    (folder / "link").symlink_to(log)
    code, out, err = run(capsys, command, log, "--output", "link")
    assert (code, out) == (2, "")
    assert err == "profkit: link is a profile to read; name another file for the result\n"
    assert (folder / log).read_bytes() == before


def test_names_of_a_symbol_file_do_no_harm(folder, capsys):
    (folder / "a.log").write_text(
        "v8-version,12,4,254,21,-node.57,0\n"
        "shared-library,/opt/app/lib.so,0x400000,0x500000,0\n"
        "tick,0x401004,10,0,0x0,0\n"
    )
    (folder / "lib.nm").write_text("0000000000001000 0000000000000010 T evil\x1b[2J\n")
    for command in ("top", "heavy", "tree", "process", "info"):
        code, out, err = run(capsys, command, "--symbols", "lib.so=lib.nm", "a.log")
        assert code == 0
        assert "\x1b" not in out + err
    assert "evil" in run(capsys, "top", "--symbols", "lib.so=lib.nm", "a.log")[1]


def test_butterfly(log, capsys) -> None:
    record = _json(capsys, "butterfly", "logRequest", log)
    function = record["function"]
    assert (record["view"], record["total"]) == ("butterfly", 4)
    assert (function["name"], function["self"], function["total"]) == ("logRequest", 1, 3)
    assert [(row["name"], row["total"]) for row in record["callers"]["rows"]] == [("handle", 3)]
    assert [(row["name"], row["total"]) for row in record["callees"]["rows"]] == [("node", 2)]
    assert (record["nobody"], function["recursive"]) == (0, 0)
    text = run(capsys, "butterfly", "logRequest", log, "--no-color").out
    assert "called by" in text
    assert "calls" in text


def test_butterfly_needs_a_function(log, capsys) -> None:
    code, out, err = run(capsys, "butterfly", "nosuch", log)
    assert (code, out) == (2, "")
    assert err == "profkit: no function's name or place contains 'nosuch'\n"
    code, out, err = run(capsys, "butterfly", log)
    assert (code, out) == (2, "")
    assert "the function comes first" in err


def test_timeline(log, capsys) -> None:
    record = _json(capsys, "timeline", "--buckets", "3", log)
    (thread,) = record["threads"]
    assert record["view"] == "timeline"
    assert len(record["edges"]) == 4
    assert sum(thread["native"]) + sum(thread["busy"]) == record["total"] == 4_000_000
    (stretch,) = record["stretches"]
    assert (stretch["start"], stretch["end"], stretch["samples"]) == (1_000_000, 5_000_000, 4)
    assert [frame["name"] for frame in stretch["stack"]] == ["handle", "logRequest", "node"]
    assert len(_json(capsys, "timeline", log)["edges"]) == 101


def test_timeline_gap(log, capsys) -> None:
    assert len(_json(capsys, "timeline", "--gap", "0.5", log)["stretches"]) == 4
    assert run(capsys, "timeline", "--gap", "0", log).code == 2


def test_a_timeline_needs_times(folder, capsys) -> None:
    (folder / "app.folded").write_text("main;run 3\n")
    code, out, err = run(capsys, "timeline", "app.folded")
    assert (code, out) == (2, "")
    assert err.startswith("profkit: app.folded: its samples have no times")


FOLDED = "main (app.py:3);run (app.py:7) 3\nmain (app.py:3);run (app.py:8) 1\nmain (app.py:4) 2\n"


def test_lines(folder, capsys) -> None:
    (folder / "app.folded").write_text(FOLDED)
    (folder / "app.py").write_text("".join(f"line {n}\n" for n in range(1, 10)))
    os.utime(folder / "app.folded", (1000, 1000))
    (file,) = _json(capsys, "lines", "app.folded")["files"]
    assert (file["file"], file["origin"], file["isNewer"]) == ("app.py", "app.py", True)
    assert [(line["line"], line["self"], line["total"]) for line in file["lines"]] == [
        (3, 0, 4),
        (4, 2, 2),
        (7, 3, 3),
        (8, 1, 1),
    ]
    assert file["lines"][0]["text"] == "line 3"
    text = run(capsys, "lines", "app.folded").out
    assert "line 7" in text
    assert "changed after the recording: app.py; lines may have moved" in text


def test_lines_of_a_file(folder, capsys) -> None:
    (folder / "app.folded").write_text(FOLDED)
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("".join(f"line {n}\n" for n in range(1, 10)))
    arguments = ("lines", "app.folded", "--file", "app.py", "--source-root", "src")
    shown = run(capsys, *arguments, "-C", "0", "--min-share", "40").out
    assert [word for word in shown.split() if word.isdigit()].count("7") >= 1
    assert "... 2 lines" in " ".join(shown.split())
    assert "line 1\n" not in shown
    assert "line 1\n" in run(capsys, *arguments, "--all").out
    without = run(capsys, "lines", "app.folded", "--file", "app.py").out
    assert "no text found of app.py" in without


def test_the_last_name_may_be_the_file(folder, capsys) -> None:
    (folder / "app.folded").write_text(FOLDED)
    expected = run(capsys, "lines", "app.folded", "--file", "app.py")
    assert run(capsys, "lines", "app.folded", "app.py") == expected
    (folder / "app.py").write_text("one\n")
    assert run(capsys, "lines", "app.folded", "app.py").code == 0
    code, _, err = run(capsys, "lines", "app.folded", "other.py")
    assert (code, err) == (2, "profkit: no function is in a file whose path contains 'other.py'\n")
    (folder / "b.folded").write_text(FOLDED)
    assert "2 profiles are shown as one" in run(capsys, "lines", "app.folded", "b.folded").err


def test_lines_that_are_not_told(folder, capsys) -> None:
    (folder / "app.folded").write_text("main (app.py);run (app.py) 3\n")
    assert "the recording tells no lines" in run(capsys, "lines", "app.folded").out
    text = run(capsys, "lines", "app.folded", "--file", "app.py").out
    assert "the recording tells no lines" in text


def test_deopts_are_looked_for_in_v8_logs(log, folder, capsys) -> None:
    assert "--log-deopt" in run(capsys, "deopts", log).out
    (folder / "app.folded").write_text("main;run 3\n")
    assert "only V8 tick logs have" in run(capsys, "deopts", "app.folded").out


def test_info_does_not_point_to_itself(log, folder, capsys) -> None:
    (folder / log).write_text(LOG.replace("0x2010\ntick,0x1020", "0x77770000\ntick,0x1020"))
    assert run(capsys, "top", log).err.endswith("(profkit info says why)\n")
    assert run(capsys, "info", log).err.startswith("profkit: dropped or repaired: 1 of")
    assert "info says" not in run(capsys, "info", log).err


def test_top_by_category(log, capsys) -> None:
    record = _json(capsys, "top", "--by", "category", log)
    assert {row["name"]: row["self"] for row in record["rows"]} == {
        "native": 2,
        "app": 1,
        "dependencies": 1,
    }
