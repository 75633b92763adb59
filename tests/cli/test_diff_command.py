"""``profkit diff``, and how two sides are named and read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import LOG, run

SHORT = "\n".join(line for line in LOG.splitlines() if "1000,0,0x0" not in line) + "\n"


@pytest.fixture
def runs(folder):
    for side, text in (("base", LOG), ("new", SHORT)):
        (folder / side).mkdir()
        for number in (1, 2, 10):
            (folder / side / f"{number}.log").write_text(text)
    return folder


def record(capsys, *arguments):
    code, out, err = run(capsys, "diff", *arguments, "--json")
    assert code == 0, err
    return json.loads(out), err


def test_folders_are_runs_in_the_order_of_their_numbers(runs, capsys):
    told, _ = record(capsys, "base", "new")
    assert [(run["side"], run["source"]) for run in told["runs"]] == [
        *(("base", f"base/{n}.log") for n in (1, 2, 10)),
        *(("candidate", f"new/{n}.log") for n in (1, 2, 10)),
    ]
    assert told["unit"] == "share"


def test_patterns_and_files_are_runs(runs, capsys):
    told, _ = record(
        capsys, "--base", "base/*.log", "--candidate", "new/1.log", "--candidate", "new/2.log"
    )
    assert len(told["runs"]) == 5


def test_operations_make_costs_of_shares(runs, capsys):
    told, _ = record(capsys, "base", "new", "--ops-base", "2", "--ops-candidate", "4")
    assert told["unit"] == "ns/op"
    assert told["whole"]["base"] == 4 * 1e6 / 2
    (row,) = [one for one in told["rows"] if one["name"] == "logRequest"]
    assert row["self"]["base"] == 1e6 / 2


@pytest.mark.parametrize(
    "told",
    [
        {"requests": {"total": 8, "average": 2.5}},
        {"metrics": {"http_reqs": {"count": 8, "rate": 1}}},
        {"metrics": {"http_reqs": {"values": {"count": 8}}}},
        {"summary": {"total": 1.5}, "statusCodeDistribution": {"200": 7, "404": 1}},
        {"requests": 8, "status_codes": {"200": 8}},
        {"result": {"req2xx": 8, "others": 3}},
        {"aggregate": {"counters": {"http.responses": 8}}},
        {"requests": 8},
    ],
)
def test_requests_are_read_from_what_load_tests_write(told, runs, capsys):
    for side in ("base", "new"):
        for number in (1, 2, 10):
            (runs / side / f"{number}.json").write_text(json.dumps(told))
    answer, err = record(capsys, "base", "new", "--per-request", ".json")
    assert {run["operations"] for run in answer["runs"]} == {8}
    assert "base: 3 files left out as no profile: 1.json, 2.json, 10.json" in err
    one = ("--per-request", "base/1.json", "--per-request", "new/1.json")
    assert record(capsys, "base", "new", *one)[0]["rows"] == answer["rows"]


def test_what_was_asked_is_of_each_run(runs, capsys):
    told, _ = record(capsys, "base", "new", "--focus", "logRequest")
    assert told["steps"] == ["--focus logRequest"]
    assert "--focus logRequest" in run(capsys, "diff", "base", "new", "--focus", "logRequest").out


def test_a_side_may_have_nothing_of_what_is_asked(runs, capsys):
    text = "".join(line for line in LOG.splitlines(keepends=True) if "0x1010" not in line)
    (runs / "none.log").write_text(text)
    told, _ = record(capsys, "base", "none.log", "--focus", "/usr/bin/node")
    assert told["whole"]["candidate"] == 0


WRONG = {
    ("base/1.log",): "there is nothing to compare base/1.log with: name BASE and CANDIDATE",
    (): "no profile is named; name BASE and CANDIDATE, each a file or a folder",
    ("--base", "base"): "no candidate is named; name BASE and CANDIDATE, each a file or a folder",
    ("base", "new", "base"): (
        "3 files are named, and there are two sides: give several runs of a side with --base and "
        "--candidate"
    ),
    ("base", "new", "--base", "base"): (
        "name the sides as BASE CANDIDATE or with --base and --candidate, not both"
    ),
    ("base", "no*.log"): "no*.log: there is no such file",
    ("base", "not-there.log"): "not-there.log: no such file or directory",
    ("base", "new", "--ops-base", "3"): (
        "the operations of the candidate are missing: give --ops-candidate, too"
    ),
    ("base", "new", "--per", "operation"): (
        "base/1.log: how many operations it did is not known; give --ops-base and "
        "--ops-candidate, or --per-request"
    ),
    ("base", "new", "--focus", "nothing"): "--focus nothing matches nothing, so nothing remains",
    ("base", "new", "--per-request", ".json"): (
        "base/1.log: there is no base/1.json beside it for --per-request"
    ),
    ("base", "new", "-o", "new/1.log"): (
        "new/1.log is a profile to read; name another file for the result"
    ),
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_wrong_is_said_in_a_line(arguments, runs, capsys):
    code, out, err = run(capsys, "diff", *arguments)
    assert (code, out) == (2, "")
    assert err == f"profkit: {WRONG[arguments]}\n"


def test_other_programs_and_short_runs_are_told(runs, capsys):
    other = LOG.replace("morgan", "pino").replace("logRequest", "write").replace("server", "main")
    Path("other.log").write_text(other.replace("handle", "run"))
    err = run(capsys, "diff", "base", "other.log").err
    assert "are these two versions of one program?" in err


def test_trees_are_tables(runs, capsys):
    for way, first in (("--heavy", "logRequest"), ("--tree", "handle")):
        told, _ = record(capsys, "base", "new", way)
        assert told["view"] == "diff-tree"
        assert told["direction"] == way[2:]
        text = run(capsys, "diff", "base", "new", way).out
        assert first in text
