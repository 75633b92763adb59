"""Findings: what a verdict has to point at, how bad it is, and what it is called by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verdicts import (
    CHECKOUT,
    LOGGER,
    VERDICTS,
    budget,
    hostile,
    improvement,
    passing,
    regression,
    undecided,
)

from profkit.gate.checkout import Checkout, Place
from profkit.gate.verdict import Outcome, Severity, State
from profkit.render.reports.findings import RULES, findings, shortened


def rules(verdict):
    return [(one.rule, one.severity.value) for one in findings(verdict, CHECKOUT)]


def test_what_fails_comes_before_what_warns() -> None:
    assert rules(regression()) == [
        ("total-cost", "error"),
        ("over-budget", "error"),
        ("cost-grew", "error"),
        ("new-cost", "error"),
        ("cost-grew", "error"),
        ("open-budget", "warning"),
    ]


def test_nothing_is_found_where_nothing_became_worse() -> None:
    assert not findings(passing(), CHECKOUT)
    assert not findings(improvement(), CHECKOUT)


def test_what_cannot_be_decided_is_a_warning() -> None:
    assert rules(undecided()) == [("cannot-decide", "warning"), ("open-budget", "warning")]


def test_a_budget_of_growth_is_told_as_growth() -> None:
    grown = replace(budget('total = "+5%"', "", 0.08, 0.05), unit="change")
    (found,) = findings(replace(passing(), budgets=(grown,)), CHECKOUT)
    assert found.message == (
        "the whole changed by +8.00 % (95 % interval +7.20 to +8.80 %); its budget is +5.00 %."
    )


def test_a_budget_is_open_only_where_it_is_rather_over_than_not() -> None:
    near = budget('a = "10%"', "a", 0.095, 0.1)
    assert near.is_open
    assert not findings(replace(passing(), budgets=(near,)), CHECKOUT)


def test_causes_of_a_check_that_passes_warn() -> None:
    verdict = replace(regression(), outcome=Outcome.PASS, budgets=())
    assert {severity for _, severity in rules(verdict)} == {"warning"}


def test_a_check_that_fails_has_an_error_whatever_its_reason() -> None:
    bare = replace(passing(), outcome=Outcome.REGRESSION)
    assert rules(bare) == [("total-cost", "error")]


def test_a_budget_that_only_warns_is_a_warning() -> None:
    over = budget('a = "1%"', "a", 0.1, 0.01, severity=Severity.WARNING)
    assert rules(replace(passing(), budgets=(over,))) == [("over-budget", "warning")]


def test_a_cause_is_told_with_its_figures_and_its_callers() -> None:
    found = {one.name: one for one in findings(regression(), CHECKOUT)}
    assert found["logRequest"].title == "logRequest: +1,995 %"
    assert found["logRequest"].message == (
        "logRequest (/srv/auth-api/lib/logger.js:12): its own cost went from 2.10 µs/op to "
        "44.0 µs/op, by +41.9 µs/op or +1,995 % (95 % interval +33.5 to +50.3 µs/op). What calls "
        "it grew with it: handle."
    )
    assert found["compile"].title == "compile: new, 3.20 µs/op"
    assert "compile (/srv/auth-api/node_modules/morgan/index.js:418) is new" in (
        found["compile"].message
    )


def test_a_file_of_the_repository_is_the_place_else_the_dependency() -> None:
    places = {one.name: one.place for one in findings(regression(), CHECKOUT)}
    assert places["logRequest"] == Place("lib/logger.js", 12)
    assert places["compile"] == places["morgan"] == Place("package.json", 9)
    assert places["writeGeneric"] is None


def fingerprint(cause, checkout=CHECKOUT):
    found = findings(replace(regression(), changes=(cause,), budgets=()), checkout)
    return found[-1].fingerprint


def test_a_fingerprint_does_not_depend_on_lines_and_figures() -> None:
    moved = replace(LOGGER, line=99, candidate=LOGGER.candidate + 7)
    assert fingerprint(moved) == fingerprint(LOGGER)


def test_a_fingerprint_does_not_depend_on_where_the_checkout_is() -> None:
    elsewhere = replace(LOGGER, file="/builds/lib/logger.js")
    checkout = Checkout({"/builds/lib/logger.js": "lib/logger.js"})
    assert fingerprint(elsewhere, checkout) == fingerprint(LOGGER)


@pytest.mark.parametrize(
    "other",
    [{"name": "other"}, {"file": "/srv/other.js"}, {"measure": "total"}, {"state": State.NEW}],
)
def test_a_fingerprint_depends_on_what_it_is_about(other) -> None:
    assert fingerprint(replace(LOGGER, **other)) != fingerprint(LOGGER)


def test_findings_that_are_alike_are_told_apart_by_their_order() -> None:
    second = replace(LOGGER, line=50)
    found = [
        findings(replace(regression(), changes=two), CHECKOUT)
        for two in ((LOGGER, second), (second, LOGGER))
    ]
    first, other = ({one.line: one.fingerprint for one in many} for many in found)
    assert first == other
    assert len({one.fingerprint for one in found[0]}) == len(found[0])


def test_every_rule_has_a_title_and_help() -> None:
    used = {one.rule for verdict in VERDICTS.values() for one in findings(verdict, CHECKOUT)}
    assert used == {rule.id for rule in RULES}
    assert all(len(rule.help) <= 1024 and rule.title for rule in RULES)


def test_a_budget_keeps_its_fingerprint_whatever_its_limit() -> None:
    found = [
        findings(replace(passing(), budgets=(budget(text, "a", 0.1, limit),)), CHECKOUT)
        for text, limit in (('a = "1%"', 0.01), ('a = "2%"', 0.02))
    ]
    assert found[0][0].fingerprint == found[1][0].fingerprint


def test_a_long_name_keeps_both_ends() -> None:
    assert shortened("a" * 500 + "z" * 500, 21) == "a" * 12 + "…" + "z" * 8
    assert shortened("\x1b" * 1000, 20) == r"\x1b\x1b\x1b…x1b\x1b"
    assert shortened("short\n") == "short\\n"


def test_nothing_is_lost_of_a_name_of_spaces() -> None:
    assert all(one.message for one in findings(hostile("  "), CHECKOUT))
