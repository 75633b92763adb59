"""CSV: read back by a reader of CSV, and harmless to a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from building import profile_of
from hypothesis import given
from strategies import profiles

from profkit.profile import function_name
from profkit.render.delimited import to_csv
from profkit.render.escape import escape
from profkit.render.records import record_of
from profkit.views.ranking import RankingOptions, rank


def read(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_quotes_commas_and_line_ends() -> None:
    text = to_csv((["name", "n"], [['say "a, b"', 1], ["a\nb", None]]))
    assert text == 'name,n\r\n"say ""a, b""",1\r\na\\nb,\r\n'


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_a_text_is_no_formula(first) -> None:
    assert read(to_csv((["name"], [[f"{first}1+1"]])))[1] == [escape(f"'{first}1+1")]


def test_a_number_may_be_negative() -> None:
    assert to_csv((["n"], [[-5], [0.5]])) == "n\r\n-5\r\n0.5\r\n"


@given(profiles(hostile=True))
def test_names_come_back_whole_and_figures_exact(profile) -> None:
    ranking = rank(profile, RankingOptions())
    header, *rows = read(to_csv(record_of("top", profile, ranking).table()))
    assert all(len(row) == len(header) for row in rows)
    names = [escape(function_name(profile, function)) for function in ranking.group.tolist()]
    assert [row[header.index("name")].removeprefix("'") for row in rows] == [
        name.removeprefix("'") for name in names
    ]
    assert [int(row[header.index("self")]) for row in rows] == ranking.self_values.tolist()
    assert {row[-1] for row in rows} <= {escape(profile.value_types[0].unit)}


def test_without_rows_the_header_says_what_there_would_be() -> None:
    profile = profile_of()
    assert to_csv(record_of("top", profile, rank(profile)).table()) == (
        "name,place,file,line,column,kind,package,self,charged,total,unit\r\n"
    )
