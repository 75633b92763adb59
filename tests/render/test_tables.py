"""Layout: aligned, as narrow as asked for, and nothing cut without need."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.render.tables import BLANK, Column, Document, Paragraph, Table, lay_out
from profkit.render.text import to_text

COLUMNS = (
    Column("ms", "right"),
    Column("bar", rank=2, decoration=True),
    Column("more", "right", rank=1),
    Column("function", least=8),
    Column("place", least=6, cut="start"),
)


def _row(*texts):
    return tuple(((text, ""),) if text else () for text in texts)


def _document(*rows):
    return Document([Table(COLUMNS, [_row(*row) for row in rows])])


ROW = ("1,234.5", "███", "99.9", "Socket._writeGeneric", "node:internal/stream_base_commons:146")


def test_nothing_is_cut_where_no_width_is_given() -> None:
    assert to_text(_document(ROW, ("0.1", "", "", "f", "a.js:1"))) == (
        "     ms  more  function              place\n"
        "1,234.5  99.9  Socket._writeGeneric  node:internal/stream_base_commons:146\n"
        "    0.1        f                     a.js:1\n"
    )


def test_a_bar_is_for_terminals() -> None:
    assert "███" in to_text(_document(ROW), decorated=True)
    assert "███" not in to_text(_document(ROW))


def test_names_give_way_before_columns_do() -> None:
    assert to_text(_document(ROW), 60, decorated=True).splitlines()[1] == (
        "1,234.5  ███  99.9  Socket._writeGener…  …m_base_commons:146"
    )


def test_columns_go_by_rank_where_names_cannot_give_way() -> None:
    lines = [to_text(_document(ROW), n, decorated=True).splitlines()[1] for n in (37, 31, 25)]
    assert lines == [
        "1,234.5  ███  99.9  Socket.…  …ns:146",
        "1,234.5  99.9  Socket.…  …s:146",
        "1,234.5  Socket.…  …s:146",
    ]


def test_empty_columns_and_blank_rows() -> None:
    table = Table(COLUMNS, [_row("1", "", "", "f", ""), BLANK, _row("2", "", "", "g", "")])
    assert to_text(Document([table])) == "ms  function\n 1  f\n\n 2  g\n"


def test_a_header_without_words_is_left_out() -> None:
    table = Table([Column(""), Column("")], [_row("format", "folded")])
    assert to_text(Document([Paragraph([(("title", "title"),)]), table])) == (
        "title\n\nformat  folded\n"
    )


@pytest.mark.parametrize(
    ("cut", "text", "expected"),
    [
        ("end", "express/lib/router/index.js:176", "express…  |"),
        ("start", "express/lib/router/index.js:176", "….js:176  |"),
        ("middle", "express/lib/router/index.js:176", "ex…s:176  |"),
        ("end", "関数函数名", "関数函…   |"),
        ("start", "関数函数名", "… 函数名  |"),
        ("middle", "関数函数名", "関… 数名  |"),
    ],
)
def test_where_a_cell_is_cut(cut, text, expected) -> None:
    table = Table([Column("place", least=8, cut=cut), Column("n")], [_row(text, "|")])
    assert to_text(Document([table]), 11).splitlines()[1] == expected


def test_a_line_that_is_too_wide_is_broken_between_its_spans() -> None:
    document = Document([Paragraph([(("isolate.log", "title"), ("  5,849 ticks", "dim"))])])
    assert to_text(document, 25) == "isolate.log  5,849 ticks\n"
    assert to_text(document, 23) == "isolate.log\n5,849 ticks\n"


def test_wide_letters_take_two_columns() -> None:
    table = Table([Column("name"), Column("n", "right")], [_row("関数", "1"), _row("abc", "22")])
    assert to_text(Document([table])) == "name   n\n関数   1\nabc   22\n"


def _columns_of(text):
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


names = st.text(st.sampled_from("ab/:关é́🔥 "), max_size=40)


@given(st.lists(st.tuples(names, names), min_size=1, max_size=5), st.integers(40, 120))
def test_no_line_is_wider_than_the_terminal(rows, width) -> None:
    document = _document(*(("1.0", "█", "9", name, place) for name, place in rows))
    for line in lay_out(document, width, decorated=True):
        assert _columns_of("".join(text for text, _ in line)) <= width
