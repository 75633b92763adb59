"""top, heavy, tree and info: what their options do, from end to end."""

from __future__ import annotations

import json

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


@pytest.mark.parametrize("command", ["process", "top", "heavy", "tree", "info"])
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
