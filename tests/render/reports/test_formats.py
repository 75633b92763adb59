"""Each report of a verdict by the rules of those who read it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from reading import Command, commands, issues, junit, metrics, sarif
from verdicts import (
    CHECKOUT,
    LOGGER,
    VERDICTS,
    budget,
    hostile,
    improvement,
    many,
    passing,
    regression,
    undecided,
)

from profkit.gate.checkout import Checkout, Place
from profkit.gate.verdict import Level, Outcome, Severity, State
from profkit.render.markdown import to_markdown
from profkit.render.reports import github, gitlab, markdown, openmetrics
from profkit.render.reports import junit as junit_report
from profkit.render.reports import sarif as sarif_report
from profkit.render.tables import Column, Document, Paragraph, Table

# --- GitHub ---------------------------------------------------------------------------------------


def annotations(verdict, checkout=CHECKOUT):
    return commands(github.render(verdict, checkout))


def test_an_annotation_is_at_file_and_line() -> None:
    found = annotations(regression())
    assert found[2].name == "error"
    assert found[2].properties == {
        "file": "lib/logger.js",
        "line": "12",
        "title": "logRequest: +1,995 %",
    }
    assert "from 2.10 µs/op to 44.0 µs/op" in found[2].message


def test_an_annotation_without_a_place_has_no_file() -> None:
    assert annotations(regression())[0].properties == {"title": "Total cost +35.2 %"}


def test_ten_annotations_are_written_and_the_rest_is_counted() -> None:
    found = annotations(many(30))
    assert len(found) == github.LIMIT + 1
    assert found[-1] == Command("notice", {"title": "profkit"}, "23 more findings are not shown")


def test_nothing_is_annotated_where_nothing_was_found() -> None:
    assert github.render(passing(), CHECKOUT) == ""


def test_no_name_is_a_command_of_its_own() -> None:
    name = "x\n::error file=a,line=1::gotcha\r\n::add-mask::e"
    found = annotations(hostile(name), Checkout({name: name}))
    assert {one.name for one in found} <= {"error", "warning", "notice"}
    assert not [one for one in found if one.message.startswith("gotcha")]
    assert {key for one in found for key in one.properties} == {"file", "line", "title"}


# --- GitLab ---------------------------------------------------------------------------------------


def test_an_issue_has_a_severity_and_a_place() -> None:
    found = issues(gitlab.render(regression(), CHECKOUT))
    assert [one["severity"] for one in found] == [
        "critical",
        "critical",
        "major",
        "major",
        "major",
        "info",
    ]
    assert found[2]["location"] == {"path": "lib/logger.js", "lines": {"begin": 12}}
    assert found[2]["check_name"] == "profkit/cost-grew"
    assert found[4]["location"] == {"path": "package.json", "lines": {"begin": 1}}


def test_an_issue_has_a_path_in_a_folder_without_a_manifest_too() -> None:
    found = issues(gitlab.render(regression(), Checkout()))
    assert {one["location"]["path"] for one in found} == {"profkit"}


# --- SARIF ----------------------------------------------------------------------------------------


def test_paths_are_relative_to_the_root() -> None:
    run = sarif(sarif_report.render(regression(), CHECKOUT))
    place = run["results"][2]["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "lib/logger.js", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }
    assert "uri" not in run["originalUriBaseIds"]["%SRCROOT%"]


def test_a_path_is_a_uri() -> None:
    checkout = Checkout({LOGGER.file: "a b/ü#%?.js"})
    results = sarif(sarif_report.render(regression(), checkout))["results"]
    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in results
        if "physicalLocation" in one.get("locations", [{}])[0]
    ]
    assert uris == ["a%20b/%C3%BC%23%25%3F.js"]


def test_a_result_without_any_place_has_none() -> None:
    results = sarif(sarif_report.render(undecided(), Checkout()))["results"]
    assert "locations" not in results[0]


def test_levels_are_by_severity() -> None:
    levels = [one["level"] for one in sarif(sarif_report.render(regression(), CHECKOUT))["results"]]
    assert levels == ["error"] * 5 + ["warning"]


def test_a_run_tells_how_it_ended() -> None:
    ended = sarif(sarif_report.render(undecided(), CHECKOUT))["invocations"][0]
    assert ended["executionSuccessful"] is False
    assert ended["exitCode"] == 3


def test_no_message_holds_a_link_or_a_placeholder() -> None:
    run = sarif(sarif_report.render(hostile("[a](https://example.com) {0}"), CHECKOUT))
    texts = [one["message"]["text"] for one in run["results"]]
    assert not [text for text in texts if "](" in text]
    assert all("{0}" not in text.replace("{{", "") for text in texts)


def test_results_are_bounded() -> None:
    run = sarif(sarif_report.render(many(2_000), CHECKOUT))
    assert len(run["results"]) == sarif_report.LIMIT
    assert run["properties"]["findings"] == 2_003


# --- JUnit ----------------------------------------------------------------------------------------


def result(case):
    return {child.tag for child in case}


def test_there_is_a_case_for_the_whole_each_budget_and_each_cause() -> None:
    cases = junit(junit_report.render(regression(), CHECKOUT))
    assert {key: result(case) for key, case in cases.items()} == {
        ("profkit.total", "the whole"): {"failure"},
        ("profkit.budget", 'morgan = "0.5%"'): {"failure"},
        ("profkit.budget", 'express = "10%"'): set(),
        ("profkit.budget", '"lib/logger.js" = "25%"'): {"system-out"},
        ("profkit.function", "logRequest"): {"failure"},
        ("profkit.function", "compile"): {"failure"},
        ("profkit.function", "writeGeneric"): {"failure"},
    }
    logger = cases["profkit.function", "logRequest"]
    assert (logger.get("file"), logger.get("line")) == ("lib/logger.js", "12")
    assert logger[0].get("message") == "logRequest: +1,995 %"


def test_what_cannot_be_decided_is_an_error() -> None:
    cases = junit(junit_report.render(undecided(), CHECKOUT))
    assert [result(case) for case in cases.values()] == [{"error"}, {"error"}]


def test_names_that_are_alike_are_numbered() -> None:
    causes = tuple(replace(LOGGER, name=name) for name in ("f", "f", "f (2)", "f"))
    verdict = replace(regression(), changes=causes, budgets=())
    names = [name for _, name in junit(junit_report.render(verdict, CHECKOUT))]
    assert names == ["the whole", "f", "f (3)", "f (2)", "f (4)"]


def test_all_pass_where_all_is_well() -> None:
    cases = junit(junit_report.render(passing(), CHECKOUT))
    assert [result(case) for case in cases.values()] == [set(), set()]


# --- OpenMetrics ----------------------------------------------------------------------------------


def values(verdict, checkout=CHECKOUT):
    return metrics(openmetrics.render(verdict, checkout))[1]


def test_the_outcome_is_one_of_all_that_there_are() -> None:
    found = values(undecided())
    states = {
        dict(labels)["profkit_check_outcome"]: value
        for (name, labels), value in found.items()
        if name == "profkit_check_outcome"
    }
    assert states == {one.value: float(one is Outcome.CANNOT_DECIDE) for one in Outcome}


def test_costs_are_in_base_units() -> None:
    found = values(regression())
    function = {"function": "logRequest", "file": "lib/logger.js", "package": "(app)"}
    key = frozenset({**function, "measure": "self", "side": "candidate"}.items())
    assert found["profkit_function_cost_seconds", key] == pytest.approx(44e-6)
    assert found["profkit_total_ratio", frozenset()] == pytest.approx(1.352)
    assert found["profkit_total_low_ratio", frozenset()] < 1.352
    assert found["profkit_total_high_ratio", frozenset()] > 1.352


def test_shares_are_ratios_and_other_units_have_none() -> None:
    families, _ = metrics(openmetrics.render(improvement(), CHECKOUT))
    assert {family.name: family.unit for family in families}["profkit_total_cost_ratio"] == "ratio"
    families, _ = metrics(openmetrics.render(replace(improvement(), unit="bytes"), CHECKOUT))
    assert {family.name: family.unit for family in families}["profkit_total_cost"] == ""


def test_functions_of_one_name_are_added_up() -> None:
    twice = replace(regression(), changes=(LOGGER, replace(LOGGER, line=50)))
    key = frozenset(
        {
            "function": "logRequest",
            "file": "lib/logger.js",
            "package": "(app)",
            "measure": "self",
            "side": "base",
        }.items()
    )
    assert values(twice)["profkit_function_cost_seconds", key] == pytest.approx(4.2e-6)


def test_series_are_bounded() -> None:
    budgets = tuple(budget(f"b{n}", f"b{n}", 0.1, 0.2) for n in range(300))
    found = values(replace(many(3_000), budgets=budgets))
    assert len(found) <= 2 * openmetrics.FUNCTIONS + openmetrics.BUDGETS + 20


def test_a_budget_of_nothing_and_a_baseline_of_nothing_are_numbers() -> None:
    none = replace(
        regression(),
        total=replace(regression().total, base=0.0),
        budgets=(budget("a", "a", 0.1, 0.0), budget("b", "b", 0.0, 0.0)),
    )
    found = values(none)
    used = [value for (name, _), value in found.items() if name == "profkit_budget_used_ratio"]
    assert used[0] == math.inf
    assert math.isnan(used[1])


# --- Markdown -------------------------------------------------------------------------------------


def size(text):
    return len(text.encode())


def long_document(rows, width):
    cells = [((("x" * width, ""),),) for _ in range(rows)]
    return Document(
        [
            Paragraph([(("check", "title"),)]),
            Table([Column("function")], cells),
            Paragraph([(("below", "dim"),)]),
        ]
    )


@pytest.mark.parametrize(("rows", "width"), [(10, 10), (5_000, 100), (3_000, 100_000), (1, 10**6)])
def test_markdown_stays_below_the_limit(rows, width) -> None:
    text = markdown.fitting(long_document(rows, width), markdown.LIMIT)
    assert size(text) <= markdown.LIMIT
    kept = sum(line.startswith("| ") for line in text.splitlines()) - 2
    if kept < rows:
        assert f"{rows - kept:,} row{'s' if rows - kept > 1 else ''} left out" in text
        assert size(text) > 0.98 * markdown.LIMIT
    assert text.endswith("below\n")


def test_markdown_that_is_short_is_whole() -> None:
    document = long_document(20, 30)
    assert markdown.fitting(document, markdown.LIMIT) == to_markdown(document)


def test_paragraphs_without_end_are_cut_too() -> None:
    document = Document([Paragraph([((f"note {n}", "dim"),)]) for n in range(20_000)])
    assert 0 < size(markdown.fitting(document, 5_000)) <= 5_000
    document = Document([Paragraph([((f"note {n}", "dim"),) for n in range(20_000)])])
    assert "lines left out" in markdown.fitting(document, 5_000)


@pytest.mark.parametrize("count", [0, 1, 5_000])
def test_a_verdict_of_any_length_fits_into_a_comment(count) -> None:
    verdict = replace(many(count), notes=("n" * 300,) * count, reasons=("r" * 300,) * count)
    assert size(markdown.render(verdict, CHECKOUT)) <= 65_536 < 1 << 20


def test_fixtures_hold_every_kind_of_finding() -> None:
    verdicts = VERDICTS.values()
    assert {one.outcome for one in verdicts} == set(Outcome)
    assert {one.severity for verdict in verdicts for one in verdict.budgets} == set(Severity)
    states = {one.state for verdict in verdicts for one in (*verdict.changes, *verdict.moved)}
    assert {State.WORSE, State.BETTER, State.NEW, State.MOVED} <= states
    assert Place("lib/logger.js", 12) == CHECKOUT.place(LOGGER.file, 12, "")
    assert {one.level for one in regression().changes} == {Level.FUNCTION}
