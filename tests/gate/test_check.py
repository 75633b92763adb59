import numpy as np
import pytest
from services import (
    GC,
    HANDLE,
    PARSE,
    QUERY,
    RENDER,
    SEND,
    SERVE,
    SERVICE,
    function,
    native,
    package,
    run_of,
    runs_of,
    with_more,
)

import profkit
from profkit.errors import UsageError
from profkit.gate.budgets import parse_budgets
from profkit.gate.check import CheckOptions, check, judge
from profkit.gate.measuring import measure
from profkit.gate.verdict import Level, Outcome, State
from profkit.profile import Kind
from profkit.transforms.joining import join

BASE = runs_of(SERVICE, seed=1)


def checked(stacks, runs=4, seed=2, **options):
    return check(BASE, runs_of(stacks, runs, seed), CheckOptions(**options))


def names(changes):
    return [change.name for change in changes]


class TestNothingChanged:
    @pytest.mark.parametrize("seed", range(2, 12))
    def test_passes(self, seed):
        verdict = checked(SERVICE, seed=seed)
        assert verdict.outcome is Outcome.PASS
        assert verdict.reasons == ("no cost changed beyond chance",)

    def test_what_could_have_been_found_is_told(self):
        assert 0.01 < checked(SERVICE).smallest < 0.1

    def test_runs_of_other_lengths(self):
        longer = {stack: 3 * count for stack, count in SERVICE.items()}
        assert checked(longer).outcome is Outcome.PASS


class TestSlower:
    def test_a_function_that_got_slower_is_the_cause(self):
        verdict = checked(with_more({(SERVE, HANDLE, PARSE): 400}))
        assert verdict.outcome is Outcome.REGRESSION
        assert names(verdict.changes) == ["parse"]
        assert verdict.changes[0].state is State.WORSE
        assert verdict.changes[0].file == "/srv/api/lib/app.js"
        assert verdict.changes[0].low > 0
        assert verdict.reasons[0].startswith("parse (lib/app.js:1) costs ")

    def test_callers_are_symptoms(self):
        verdict = checked(with_more({(SERVE, HANDLE, PARSE): 600}))
        assert names(verdict.changes) == ["parse"]
        assert "handle" in names(verdict.changes[0].symptoms)

    def test_a_new_function_blames_no_other(self):
        verdict = checked(with_more({(SERVE, HANDLE, package("log", "morgan")): 900}))
        assert names(verdict.changes) == ["log"]
        assert verdict.changes[0].state is State.NEW

    def test_native_code_is_charged_to_who_called_for_it(self):
        log = package("log", "morgan")
        verdict = checked(with_more({(SERVE, log): 20, (SERVE, log, native("write")): 600}))
        assert names(verdict.changes) == ["log"]
        assert verdict.changes[0].measure in ("charged", "total")

    def test_a_caller_all_of_which_doubled_is_the_cause(self):
        poll, read, sort = (function(name, "poll.js") for name in ("poll", "read", "sort"))
        part = {(SERVE, poll): 90, (SERVE, poll, read): 250, (SERVE, poll, sort): 250}
        doubled = {stack: 2 * count for stack, count in part.items()}
        verdict = check(runs_of({**SERVICE, **part}, 6), runs_of({**SERVICE, **doubled}, 6, seed=2))
        assert names(verdict.changes) == ["poll"]
        assert {"read", "sort"} <= set(names(verdict.changes[0].symptoms))

    def test_of_new_code_the_outermost_function_is_the_cause(self):
        log, text = package("log", "morgan"), package("text", "morgan", 20)
        verdict = checked(with_more({(SERVE, log): 200, (SERVE, log, text): 300}))
        assert names(verdict.changes) == ["log"]

    def test_collections_are_a_row_of_their_own(self):
        verdict = checked(with_more({(SERVE, HANDLE, PARSE, GC): 500}))
        assert names(verdict.changes) == ["(garbage collector)"]

    def test_a_rise_spread_thin_is_its_packages(self):
        many = {(SERVE, package(f"f{n}", "lodash", n)): 22 for n in range(1, 30)}
        base = runs_of({**SERVICE, **many}, seed=3)
        after = dict.fromkeys(many, 40)
        verdict = check(base, runs_of({**SERVICE, **after}, seed=4))
        assert (Level.PACKAGE, "lodash") in [(c.level, c.name) for c in verdict.changes]


class TestCheaper:
    def test_is_an_improvement(self):
        verdict = check(runs_of(with_more({(SERVE, HANDLE, QUERY): 700}), seed=5), BASE)
        assert verdict.outcome is Outcome.IMPROVEMENT
        assert names(verdict.changes) == ["query"]

    def test_what_is_gone_is_told_so(self):
        before = with_more({(SERVE, package("log", "morgan")): 500})
        verdict = check(runs_of(before, seed=5), BASE)
        assert verdict.changes[0].state is State.VANISHED
        assert verdict.outcome.exit_code == 0


class TestMoved:
    def test_to_the_caller_that_it_is_inlined_in(self):
        inlined = {**SERVICE, (SERVE, HANDLE): 690, (SERVE, HANDLE, QUERY): 210}
        verdict = checked(inlined)
        assert verdict.outcome is Outcome.PASS
        assert {"handle", "query"} <= set(names(verdict.moved))
        assert {change.state for change in verdict.moved} == {State.MOVED}

    def test_to_a_helper_of_the_same_caller(self):
        split = {
            **SERVICE,
            (SERVE, HANDLE, QUERY): 200,
            (SERVE, HANDLE, function("rows", line=80)): 500,
        }
        verdict = checked(split)
        assert verdict.outcome is Outcome.PASS
        assert "rows" in names(verdict.moved)

    def test_below_a_layer_that_is_put_around(self):
        layer = package("layer", "wrap")
        around = {
            (stack[0], layer, *stack[1:]) if stack[0] == SERVE and len(stack) > 1 else stack: count
            for stack, count in SERVICE.items()
        }
        assert checked(around).outcome is Outcome.PASS

    def test_inlined_and_slower_is_the_callers_own(self):
        slower = {**SERVICE, (SERVE, HANDLE): 1400, (SERVE, HANDLE, RENDER): 1}
        verdict = checked(slower)
        assert verdict.outcome is Outcome.REGRESSION
        assert verdict.changes[0].name == "handle"
        assert verdict.changes[0].measure != "total"


class TestOneRun:
    def test_a_great_change_is_found_and_what_is_assumed_is_said(self):
        verdict = check(BASE[:1], runs_of(with_more({(SERVE, SEND, QUERY): 9000}), 1, 6))
        assert verdict.outcome is Outcome.REGRESSION
        assert any("a single run" in note for note in verdict.notes)

    def test_something_new_is_found_sooner(self):
        verdict = check(BASE[:1], runs_of(with_more({(SERVE, function("log")): 600}), 1, 6))
        assert names(verdict.changes) == ["log"]

    def test_what_a_function_costs_in_one_run_may_be_three_times_as_much(self):
        verdict = check(BASE[:1], runs_of(with_more({(SERVE, HANDLE, QUERY): 1400}), 1, 6))
        assert verdict.outcome is Outcome.PASS

    def test_scatter_is_none(self):
        assert check(BASE[:1], BASE[1:2]).outcome is Outcome.PASS

    def test_few_samples_decide_nothing(self):
        few = {stack: count // 100 + 1 for stack, count in SERVICE.items()}
        verdict = check(runs_of(few, 1), runs_of(few, 1, 8))
        assert verdict.outcome is Outcome.CANNOT_DECIDE
        assert verdict.outcome.exit_code == 3


class TestOperations:
    def test_everything_slower_alike_is_found_by_them(self):
        runs = runs_of(SERVICE, 8, seed=1)
        slower = runs_of({stack: 2 * count for stack, count in SERVICE.items()}, 8, seed=9)
        done = [1000.0] * 8
        verdict = check(runs, slower, CheckOptions(base_operations=done, candidate_operations=done))
        assert verdict.outcome is Outcome.REGRESSION
        assert verdict.changes[0].level is Level.TOTAL
        assert verdict.unit == "ns/op"
        assert verdict.total.ratio == pytest.approx(2, rel=0.1)

    def test_twice_the_work_in_twice_the_time_is_nothing(self):
        slower = runs_of({stack: 2 * count for stack, count in SERVICE.items()}, seed=9)
        options = CheckOptions(base_operations=[1000.0] * 4, candidate_operations=[2000.0] * 4)
        assert check(BASE, slower, options).outcome is Outcome.PASS

    def test_without_them_it_is_said_that_it_cannot_be_seen(self):
        assert any("--ops" in note for note in checked(SERVICE).notes)


class TestRefusing:
    def test_no_candidate(self):
        with pytest.raises(UsageError, match="no candidate"):
            check(BASE, [])

    def test_neither_a_base_nor_a_budget(self):
        with pytest.raises(UsageError, match="neither a base"):
            check([], BASE)

    def test_nothing_in_common(self):
        other = runs_of({(function("other", "other.js"),): 500}, seed=3)
        with pytest.raises(UsageError, match="no function in common"):
            check(BASE, other)

    def test_only_idle_samples(self):
        idle = runs_of({(("(idle)", "", -1, -1, Kind.IDLE),): 500}, 1)
        with pytest.raises(UsageError, match="no samples to compare"):
            check(BASE, idle)


class TestNotes:
    def test_little_in_common(self):
        strange = {(SERVE, function(f"new{n}", "new.js", n)): 900 for n in range(5)}
        verdict = check(BASE, runs_of({**SERVICE, **strange}, seed=3))
        assert any(note.startswith("little is in both") for note in verdict.notes)

    def test_a_run_that_is_ten_times_shorter(self):
        short = run_of({s: c / 20 for s, c in SERVICE.items()}, np.random.default_rng(4), "short")
        verdict = check(BASE, [*runs_of(SERVICE, 3, 8), short])
        assert any(note.startswith("short has ") for note in verdict.notes)
        assert verdict.outcome is Outcome.PASS


def test_choosing_runs_of_a_pool_is_the_same_as_checking_them():
    runs = runs_of(SERVICE, 8, seed=12)
    pool = measure(join(runs[:4], runs[4:]))
    chosen = judge(pool.choose([0, 2, 4], [1, 3, 5]))
    apart = check([runs[0], runs[2], runs[4]], [runs[1], runs[3], runs[5]])
    assert chosen.smallest == pytest.approx(apart.smallest)
    assert chosen.total.candidate == pytest.approx(apart.total.candidate)


def test_a_new_function_that_is_called_from_everywhere_and_tiny_is_let_be():
    verdict = checked(with_more({(SERVE, function("tiny", "tiny.js")): 8}))
    assert verdict.outcome is Outcome.PASS


class TestBudgets:
    def used(self, table, stacks=SERVICE, base=BASE, **options):
        budgets = parse_budgets(table, "budgets")
        return check(base, runs_of(stacks, seed=7), CheckOptions(budgets=budgets, **options))

    def test_of_a_package_that_is_exceeded(self):
        verdict = self.used({"router": "5%"})
        assert verdict.outcome is Outcome.REGRESSION
        assert verdict.budgets[0].is_over
        assert verdict.budgets[0].measured == pytest.approx(400 / 3400, rel=0.15)

    def test_that_are_kept(self):
        verdict = self.used({"router": "20%", "gc": "10%", "kind": {"native": "30%"}})
        assert verdict.outcome is Outcome.PASS
        assert not any(b.is_over or b.is_open for b in verdict.budgets)

    def test_work_without_a_base(self):
        verdict = self.used({"router": "5%"}, base=[])
        assert verdict.outcome is Outcome.REGRESSION
        assert verdict.runs == (0, 4)

    def test_a_warning_fails_nothing(self):
        verdict = self.used({"router": {"limit": "5%", "severity": "warning"}})
        assert verdict.outcome is Outcome.PASS
        assert "exceeded" in verdict.reasons[0]

    def test_one_that_may_be_exceeded_decides_nothing(self):
        measured = self.used({"router": "50%"}).budgets[0].measured
        verdict = self.used({"router": f"{100 * measured - 0.1:.2f}%"})
        assert verdict.outcome is Outcome.CANNOT_DECIDE

    def test_of_a_function_with_its_place(self):
        verdict = self.used({"function": {"query@lib/app.js": "1%"}})
        assert (verdict.budgets[0].name, verdict.budgets[0].line) == ("query", 1)

    def test_of_a_function_elsewhere_is_of_nothing(self):
        verdict = self.used({"function": {"query@lib/other.js": "1%"}})
        assert not verdict.budgets[0].is_over
        assert any("in no run" in note for note in verdict.notes)

    def test_of_a_file(self):
        assert self.used({"file": {"router/index.js": "5%"}}).budgets[0].is_over

    def test_against_the_base(self):
        slower = with_more({(SERVE, package("route", "router")): 300})
        over, kept = self.used({"router": "+10%", "function": {"query": "+60%"}}, slower).budgets
        assert over.is_over
        assert over.measured == pytest.approx(0.75, abs=0.2)
        assert not kept.is_over

    def test_per_operation(self):
        done = {"base_operations": [1000.0] * 4, "candidate_operations": [1000.0] * 4}
        over, kept = self.used({"router": "100us", "gc": "1ms"}, **done).budgets
        assert over.is_over
        assert over.measured == pytest.approx(400_000, rel=0.15)
        assert not kept.is_over

    def test_per_operation_need_operations(self):
        with pytest.raises(UsageError, match="per operation"):
            self.used({"router": "100us"})

    def test_against_a_base_need_one(self):
        with pytest.raises(UsageError, match="there is none"):
            self.used({"router": "+10%"}, base=[])

    @pytest.mark.parametrize(
        ("table", "complaint"),
        [
            ({"kind": {"natve": "1%"}}, "there is no kind 'natve'"),
            ({"category": {"garbage": "1%"}}, "there is no category"),
            ({"router": "1"}, "'1' is no limit"),
            ({"router": 5}, "5 is no limit"),
            ({"router": "+5ms"}, "no limit"),
            ({"router": {"limit": "1%", "limits": 1}}, "'limits' is no key"),
            ({"router": {"limit": "1%", "severity": "fatal"}}, "error or warning"),
            ({"router": {"limit": "1%", "measure": "all"}}, "self, charged or total"),
            ({"total": "5%"}, "always 100 %"),
            ("5%", "a table of budgets"),
        ],
    )
    def test_that_make_no_sense_are_errors(self, table, complaint):
        with pytest.raises(UsageError, match=complaint):
            parse_budgets(table, "budgets")


def test_the_logger_is_found_in_real_recordings():
    quiet, logger = (
        profkit.load(f"samples/node/22.23.3/auth-api-{name}.v8.log.gz")
        for name in ("quiet", "logger")
    )
    there, back = check([quiet], [logger]), check([logger], [quiet])
    assert (there.outcome, back.outcome) == (Outcome.REGRESSION, Outcome.IMPROVEMENT)
    assert there.changes[0].name == back.changes[0].name == "logRequest"
    assert there.changes[0].package == "morgan"
