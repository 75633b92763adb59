"""Trends: costs by commit, divided as asked, with their changes."""

from __future__ import annotations

import numpy as np
import pytest

from profkit.errors import UsageError
from profkit.history.store import OTHERS, Commit, Cost, Group, History, Run
from profkit.history.trends import TOTAL, TrendOptions, contents, trends
from profkit.profile import NANOSECONDS, ValueType

LOG = Group("function", "log", "/srv/api/node_modules/morgan/index.js", "morgan", "js")
SEND = Group("function", "send", "/srv/api/send.js", "(app)", "js")
RARE = Group("function", "rare")
REST = Group("function", OTHERS)


def play(path, cost, *, commits=40, runs=2, operations=10.0, duration=10**9):
    """Write a history in which ``log`` costs what ``cost`` says of a commit's number."""
    random = np.random.default_rng(0)
    with History.writing(str(path), create=True) as history:
        for number in range(commits):
            commit = Commit(f"c{number:02}", number, branch="main" if number % 2 else "dev")
            for run in range(runs):
                own = {LOG: cost(number), SEND: 5000, REST: 20}
                if number == 3:
                    own[RARE] = 8
                taken = {g: round(ns * random.normal(1, 0.01)) for g, ns in own.items()}
                total = sum(taken.values())
                costs = [Cost(g, ns, total if g == SEND else ns) for g, ns in taken.items()]
                history.add(
                    commit,
                    Run(f"{run}.cpuprofile", 100, total, duration, operations),
                    costs,
                    ValueType("cpu", NANOSECONDS),
                )


def look(path, **options):
    with History.reading(str(path)) as history:
        return trends(history, TrendOptions(**options))


@pytest.fixture
def stepped(tmp_path):
    path = tmp_path / "perf.sqlite"
    play(path, lambda number: 1000 if number < 25 else 1500)
    return path


def test_costs_are_per_operation_and_a_commits_the_median_of_its_runs(stepped) -> None:
    found = look(stepped)
    assert found.per == "operation"
    assert [row.name for row in found.rows] == ["send", "log"]
    assert found.total.name == TOTAL
    for row in (found.total, *found.rows):
        assert row.by_commit == pytest.approx(row.by_run.reshape(-1, 2).mean(axis=1))  # of two
    assert found.rows[1].by_commit[:25] == pytest.approx(100, rel=0.05)
    assert found.total.by_run == pytest.approx([run.total / 10 for run in found.runs])


def test_one_disturbed_run_of_three_does_not_matter(tmp_path) -> None:
    path = tmp_path / "perf.sqlite"
    play(path, lambda _: 1000, commits=3, runs=3)
    with History.writing(str(path)) as history:
        run = Run("slow.cpuprofile", 100, 90_000, 10**9, 10.0)
        history.add(
            Commit("c01", 1), run, [Cost(LOG, 80_000, 80_000)], ValueType("cpu", NANOSECONDS)
        )
    assert look(path, name="log").rows[0].by_commit == pytest.approx(100, rel=0.03)


def test_a_step_is_found_in_its_function_and_in_the_total(stepped) -> None:
    found = look(stepped)
    changed = list(found.changed())
    assert [(row.name, change.index) for row, change in changed] == [(TOTAL, 25), ("log", 25)]
    assert found.rows[1].before == pytest.approx(100, rel=0.01)
    assert found.rows[1].now == pytest.approx(150, rel=0.01)
    assert found.rows[0].before == found.rows[0].now == pytest.approx(500, rel=0.01)


def test_a_slow_creep_is_found(tmp_path) -> None:
    path = tmp_path / "perf.sqlite"
    play(path, lambda number: round(1000 * 1.01 ** min(max(number - 9, 0), 20)), runs=3)
    (row,) = (row for row in look(path).rows if row.name == "log")
    assert row.changes
    assert all(change.after > change.before for change in row.changes)
    assert row.now / row.before == pytest.approx(1.22, abs=0.03)


def test_totals_are_those_of_what_is_called(stepped) -> None:
    found = look(stepped, measure="total")
    assert found.rows[0].by_run == pytest.approx(found.total.by_run)


@pytest.mark.parametrize(("per", "factor"), [("second", 1.0), ("run", 1.0), ("operation", 0.1)])
def test_costs_are_divided_as_asked(stepped, per, factor) -> None:
    found = look(stepped, per=per)
    assert found.total.by_run == pytest.approx([run.total * factor for run in found.runs])


def test_shares_are_of_the_runs_total(stepped) -> None:
    found = look(stepped, per="share")
    assert found.total.by_run == pytest.approx(1)
    assert found.rows[0].now == pytest.approx(5000 / 6520, rel=0.02)


@pytest.mark.parametrize(("missing", "per"), [("operations", "operation"), ("duration", "second")])
def test_what_is_not_known_divides_nothing(tmp_path, missing, per) -> None:
    path = tmp_path / "perf.sqlite"
    play(path, lambda _: 10, commits=2, **{missing: None})
    assert look(path).per == ("run" if missing == "operations" else "operation")
    with pytest.raises(UsageError, match="does not tell"):
        look(path, per=per)


def test_what_is_small_is_left_out_unless_it_is_named(stepped) -> None:
    assert "rare" not in [row.name for row in look(stepped).rows]
    (row,) = look(stepped, name="rare").rows
    assert row.by_commit[3] > 0
    assert not row.by_commit[:3].any()
    assert not row.by_commit[4:].any()


def test_a_name_is_looked_for_in_files_as_well(stepped) -> None:
    assert [row.name for row in look(stepped, name="morgan").rows] == ["log"]
    with pytest.raises(UsageError, match="nothing is called 'nowhere'"):
        look(stepped, name="nowhere")


def test_a_limit_leaves_the_smaller_ones_out(stepped) -> None:
    found = look(stepped, limit=1)
    assert [row.name for row in found.rows] == ["send"]
    assert found.omitted == 1


def test_the_last_commits_or_those_of_a_branch(stepped) -> None:
    assert [c.name for c in look(stepped, last=2).commits] == ["c38", "c39"]
    found = look(stepped, branch="dev", last=3)
    assert [c.name for c in found.commits] == ["c34", "c36", "c38"]
    assert {run.commit for run in found.runs} == {0, 1, 2}
    with pytest.raises(UsageError, match="no commit of branch 'x'"):
        look(stepped, branch="x")


def test_the_level_is_shared_by_all_that_is_looked_at(stepped) -> None:
    found = look(stepped, level_of_test=0.02)
    assert [change.p <= 0.02 for change in found.total.changes] == [True]
    assert [change.p <= 0.01 for change in found.rows[1].changes] == [True]


def test_what_a_history_holds(stepped) -> None:
    with History.reading(str(stepped)) as history:
        found = contents(history)
    assert len(found.commits) == 40
    assert len(found.runs) == 80
