"""A verdict for people, and as a record."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import jsonschema
import pytest
from schemas import schema_of
from verdicts import HOSTILE, HUGE, LOGGER, VERDICTS, budget, hostile, passing, regression

from profkit.gate.verdict import State
from profkit.render.escape import escape
from profkit.render.records import record_of
from profkit.render.records.shared import to_json
from profkit.render.terminal import to_terminal
from profkit.render.text import to_text
from profkit.render.verdict import verdict_document


def text_of(verdict, width=None):
    return to_text(verdict_document(verdict), width)


def json_of(verdict):
    def refuse(name):
        raise AssertionError(name)

    return json.loads(to_json(record_of("check", verdict)), parse_constant=refuse)


# --- for people -----------------------------------------------------------------------------------


def test_the_outcome_stands_first_and_then_its_reasons() -> None:
    lines = text_of(regression()).splitlines()
    assert lines[0] == "Failed  5 runs, compared with 5 runs"
    assert lines[2].startswith("CPU time per request rose")


def test_a_stored_baseline_is_named() -> None:
    assert "compared with 5 runs of main" in text_of(replace(regression(), base=("main",)))


def test_a_cause_is_followed_by_callers_that_grew_with_it() -> None:
    symptoms = tuple(replace(LOGGER, name=f"caller{n}", symptoms=()) for n in range(5))
    cause = replace(LOGGER, symptoms=symptoms)
    lines = text_of(replace(regression(), changes=(cause,))).splitlines()
    row = next(n for n, line in enumerate(lines) if "logRequest" in line)
    assert [line.split()[-2] for line in lines[row : row + 4]] == [
        "logRequest",
        "caller0",
        "caller1",
        "caller2",
    ]
    assert lines[row + 4].endswith("2 more callers")


def test_what_is_gone_or_new_has_no_percentage() -> None:
    gone = replace(LOGGER, state=State.VANISHED, candidate=0.0, symptoms=())
    text = text_of(replace(regression(), changes=(gone,)))
    assert any(line.split()[0] == "gone" for line in text.splitlines() if "logRequest" in line)


def test_budgets_alone_have_no_table_of_changes() -> None:
    alone = replace(passing(), runs=(0, 3), base=(), smallest=math.nan, smallest_total=math.nan)
    text = text_of(alone)
    assert text.startswith("Passed  3 runs\n")
    assert "the whole" not in text
    assert "9 of 10" not in text
    assert "9 of 10" in text_of(passing())


def test_what_only_a_landslide_would_show_has_no_figure() -> None:
    assert "more than 100 % in everything" in text_of(replace(passing(), smallest_total=13.9))


def test_a_budget_of_change_has_signs() -> None:
    grown = replace(budget('total = "+5%"', "", 0.08, 0.05), unit="change")
    text = text_of(replace(passing(), budgets=(grown,)))
    assert "+8.00 %" in text
    assert "+5.00 %" in text


def test_more_reasons_than_a_reader_takes_in_are_counted() -> None:
    many = replace(regression(), reasons=tuple(f"reason {n}" for n in range(12)))
    assert "7 more reasons not shown" in text_of(many)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_name_is_escaped(case) -> None:
    name = HOSTILE[case]
    text = text_of(hostile(name))
    assert all(escape(line) == line for line in text.splitlines())
    assert escape(name).strip() in text


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width) -> None:
    cause = replace(LOGGER, name=HUGE, file=f"/srv/{HUGE}.js")
    verdict = replace(regression(), changes=(cause, *regression().changes))
    assert max(map(len, text_of(verdict, width).splitlines())) <= width
    assert "\x1b[" in to_terminal(verdict_document(verdict), width)


# --- as a record ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VERDICTS)
def test_the_record_is_what_its_schema_says(name) -> None:
    schema = schema_of("check")
    for kind in schema["$defs"].values():
        kind["additionalProperties"] = False
    written = json_of(VERDICTS[name])
    jsonschema.Draft202012Validator(schema).validate(written)
    assert (written["view"], written["version"]) == ("check", 1)
    assert written["outcome"] == VERDICTS[name].outcome.value


def test_the_record_has_all_that_the_verdict_has() -> None:
    written = json_of(regression())
    assert written["exitCode"] == 1
    assert written["base"] == {"runs": 5, "sources": [f"base-{n}.cpuprofile" for n in range(5)]}
    cause = written["changes"][0]
    assert (cause["name"], cause["line"], cause["delta"]) == ("logRequest", 12, 41_900.0)
    assert [one["name"] for one in cause["symptoms"]] == ["handle"]
    assert written["moved"][0]["name"] == "toHex"
    assert written["budgets"][0]["isOver"] is True


def test_json_has_no_infinity() -> None:
    endless = replace(LOGGER, low=-math.inf, high=math.inf, p=math.nan)
    written = json_of(
        replace(regression(), changes=(endless,), smallest=math.inf, smallest_total=math.nan)
    )
    assert (written["smallest"], written["smallestTotal"]) == (None, None)
    assert {written["changes"][0][name] for name in ("low", "high", "p")} == {None}


def test_the_table_has_the_whole_and_the_causes() -> None:
    header, rows = record_of("check", regression()).table()
    assert [row[header.index("name")] for row in rows][1:] == [
        "logRequest",
        "compile",
        "writeGeneric",
        "hash",
    ]
    assert rows[0][header.index("level")] == "total"
    assert {row[-1] for row in rows} == {"ns/op"}
