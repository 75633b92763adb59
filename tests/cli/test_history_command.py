"""``profkit history``: what is added, shown, found and said."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest
from running import LOG, run

import profkit
from profkit.history.measuring import measure
from profkit.history.store import Commit, History

PERF = "perf.sqlite"
TICK = "tick,0x1020,{time},0,0x0,0,0x2010\n"


def text_with(ticks):
    """Return a log in which ``logRequest`` has so many ticks beside those of the others."""
    more = "".join(TICK.format(time=5000 + n) for n in range(ticks))
    return LOG.replace("profiler,end\n", f"{more}profiler,end\n")


@pytest.fixture(scope="module")
def stepped(tmp_path_factory):
    """Write a history of 24 commits with two runs; the middle of it brings a step."""
    folder = tmp_path_factory.mktemp("history")
    with History.writing(str(folder / PERF), create=True) as history:
        for number in range(24):
            commit = Commit(f"c{number:02}", 1_700_000_000 + 86_400 * number)
            for again in range(2):
                ticks = 40 + (number * 7 + again * 3) % 5 + (30 if number >= 12 else 0)
                (folder / "run.log").write_text(text_with(ticks * 2 + again))
                found = measure(profkit.load(folder / "run.log"), operations=10)
                assert history.add(commit, found.run, found.costs, found.value_type)
    return folder / PERF


@pytest.fixture
def played(folder, stepped):
    """Copy that history into the working directory."""
    shutil.copy(stepped, folder)
    return folder


def git(folder, *arguments):
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    when = {"GIT_COMMITTER_DATE": "2026-03-01T12:00:00+00:00", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=when, capture_output=True, check=True
    )
    return ran.stdout.decode().strip()


# --- add ------------------------------------------------------------------------------------------


def test_a_label_is_enough_outside_of_a_checkout(log, capsys) -> None:
    code, _, err = run(capsys, "history", "add", PERF, log)
    assert code == 2
    assert err.startswith("profkit: this is no git checkout; name the commit (--commit) or ")
    assert run(capsys, "history", "add", "--label", "v1", PERF, log).err == (
        f"profkit: {PERF}: added 1 run of v1\n"
    )


def test_git_tells_commit_time_and_branch(folder, log, capsys) -> None:
    git(folder, "init", "-q", "-b", "fast")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    digest = git(folder, "rev-parse", "HEAD")
    assert run(capsys, "history", "add", PERF, log).code == 0
    git(folder, "commit", "-q", "--allow-empty", "-m", "two")
    git(folder, "tag", "v2")
    assert run(capsys, "history", "add", "--commit", digest[:9], PERF, log).err == (
        f"profkit: {PERF}: added 0 runs of {digest[:10]}, left 1 run that it had\n"
    )
    assert run(capsys, "history", "add", "--commit", "v2", PERF, log).code == 0
    found = json.loads(run(capsys, "history", "list", "--json", PERF).out)
    assert [commit["branch"] for commit in found["commits"]] == ["fast", None]
    assert [commit["name"] for commit in found["commits"]] == [
        digest,
        git(folder, "rev-parse", "HEAD"),
    ]
    assert {commit["time"] for commit in found["commits"]} == {1_772_366_400}


def test_a_commit_cannot_be_an_option_of_git(folder, log, capsys) -> None:
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "one")
    words = ("history", "add", "--commit", "--output=stolen", PERF, log)
    assert run(capsys, *words).code == 0
    assert not (folder / "stolen").exists()
    (commit,) = json.loads(run(capsys, "history", "list", "--json", PERF).out)["commits"]
    assert commit["name"] == "--output=stolen"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1700000000", 1_700_000_000),
        ("2026-03-31", 1_774_915_200),
        ("2026-03-31T14:00", 1_774_965_600),
        ("2026-03-31T14:00:00+02:00", 1_774_958_400),
        ("2026-03-31T14:00:00Z", 1_774_965_600),
    ],
)
def test_a_time_is_in_utc_unless_it_says_otherwise(text, seconds, log, capsys) -> None:
    assert run(capsys, "history", "add", "--label", "x", "--time", text, PERF, log).code == 0
    (commit,) = json.loads(run(capsys, "history", "list", "--json", PERF).out)["commits"]
    assert commit["time"] == seconds


def test_what_is_no_time_is_refused(log, capsys) -> None:
    code, _, err = run(capsys, "history", "add", "--label", "x", "--time", "noon", PERF, log)
    assert code == 2
    assert "'noon' is no time such as 2026-03-31T14:00" in err


def test_an_unreadable_profile_adds_nothing(folder, log, capsys) -> None:
    (folder / "bad.cpuprofile").write_text("{")
    code, _, err = run(capsys, "history", "add", "--label", "x", PERF, log, "bad.cpuprofile")
    assert code == 2
    assert err.startswith("profkit: bad.cpuprofile: ")
    assert not (folder / PERF).exists()


@pytest.mark.parametrize("command", ["show", "changes", "list"])
def test_what_is_no_history_is_one_line(command, folder, log, capsys) -> None:
    (folder / "other").write_bytes(b"SQLite format 3\0" + b"?" * 5000)
    for name, said in (
        ("missing", "there is no such history; profkit history add begins one"),
        ("other", "it is no history of profkit, or damaged"),
        (log, "it is no history of profkit, or damaged"),
    ):
        code, out, err = run(capsys, "history", command, name)
        assert (code, out) == (2, "")
        assert err.startswith(f"profkit: {name}: {said}")
        assert err.count("\n") == 1


# --- show, changes --------------------------------------------------------------------------------


def test_a_step_is_shown(played, capsys) -> None:
    code, out, err = run(capsys, "history", "show", PERF)
    assert (code, err) == (0, "")
    heading = f"{PERF}  24 commits, 48 runs, 2023-11-14 to 2023-12-07, time per operation, self"
    assert out.startswith(heading)
    (row,) = (line for line in out.splitlines() if "logRequest" in line)
    before, now, percent, trend, *_ = row.split()
    assert float(now) / float(before) == pytest.approx(1.7, abs=0.1)
    assert percent.startswith("+")
    assert len(trend) == 24
    assert set(trend[:12]) <= set("123")
    assert set(trend[12:]) <= set("678")
    assert "change points found; profkit history changes lists them" in out


def test_a_change_is_listed_with_its_commits(played, capsys) -> None:
    out = run(capsys, "history", "changes", PERF).out
    rows = [line for line in out.splitlines() if "c11..c12" in line]
    assert ["(total)" in rows[0], "logRequest" in rows[1]] == [True, True]
    assert "2 change points found, looking at the total and " in out


def test_another_machine_is_told_of(played, log, capsys) -> None:
    for number, machine in ((12, "old box"), (13, "new box")):
        (played / log).write_text(text_with(80 + number))
        words = ("--commit", f"c{number - 1:02}", "--machine", machine)
        run(capsys, "history", "add", *words, "--ops", "10", PERF, log)
    out = run(capsys, "history", "changes", "--level", "0.05", PERF).out
    assert "since c12 the machine is another one: new box, not old box\n" in out


def test_json_and_csv_have_every_commit(played, capsys) -> None:
    found = json.loads(run(capsys, "history", "show", "--json", PERF).out)
    assert found["view"] == "history-show"
    assert len(found["total"]["costs"]) == len(found["commits"]) == 24
    assert found["total"]["changes"][0]["afterCommit"] == "c11"
    rows = list(
        csv.DictReader(run(capsys, "history", "show", "--format", "csv", PERF).out.splitlines())
    )
    assert len(rows) == 24 * (1 + len(found["rows"]))
    assert {row["unit"] for row in rows} == {"nanoseconds per operation"}
    changes = json.loads(run(capsys, "history", "changes", "--json", PERF).out)
    assert [(row["name"], row["change"]["commit"]) for row in changes["rows"]] == [
        ("(total)", "c12"),
        ("logRequest", "c12"),
    ]


@pytest.mark.parametrize("command", ["show", "changes", "list"])
@pytest.mark.parametrize("layout", ["plain", "markdown", "csv", "json"])
def test_every_layout(command, layout, played, capsys) -> None:
    code, out, err = run(capsys, "history", command, "--format", layout, PERF)
    assert (code, err) == (0, "")
    assert out
    assert run(capsys, "history", command, "--format", layout, "-o", "out", PERF) == (0, "", "")
    assert (played / "out").read_bytes().decode() == out


@pytest.mark.parametrize("by", ["package", "category"])
def test_packages_and_categories_have_trends(by, played, capsys) -> None:
    out = run(capsys, "history", "show", "--by", by, PERF).out
    assert ("morgan" if by == "package" else "dependencies") in out


def test_a_picture_is_drawn(played, capsys) -> None:
    code, out, err = run(capsys, "history", "show", "--svg", "trend.svg", PERF)
    assert code == 0
    assert out == run(capsys, "history", "show", PERF).out
    assert err.startswith("profkit: drew ")
    assert ET.fromstring((played / "trend.svg").read_text()).tag.endswith("svg")  # noqa: S314


def test_commits_are_removed(played, capsys) -> None:
    assert run(capsys, "history", "remove", PERF, "c01", "c02").err == (
        f"profkit: {PERF}: removed 4 runs\n"
    )
    assert run(capsys, "history", "remove", PERF, "c03", "nowhere").code == 2
    found = json.loads(run(capsys, "history", "list", "--json", PERF).out)
    assert len(found["commits"]) == 22
    for commit in found["commits"]:
        run(capsys, "history", "remove", PERF, commit["name"])
    assert run(capsys, "history", "show", PERF).err == (
        f"profkit: {PERF}: there is no commit in it\n"
    )
