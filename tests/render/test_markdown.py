"""Markdown: what stands in a cell is text, whatever a name would rather be."""

from __future__ import annotations

import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from strategies import profiles

from profkit.render.escape import escape
from profkit.render.markdown import to_markdown
from profkit.render.ranking import ranking_document
from profkit.render.tables import BLANK, Column, Document, Paragraph, Table
from profkit.views.ranking import RankingOptions, rank

PARSER = MarkdownIt("commonmark").enable("table")


def cells_of(markdown):
    """Return the rows of all tables as a reader would see them: plain text, or None for markup."""
    rows, row = [], None
    for token in PARSER.parse(markdown):
        if token.type == "tr_open":
            row = []
            rows.append(row)
        elif token.type == "inline" and row is not None:
            kinds = {child.type for child in token.children}
            is_text = kinds <= {"text", "code_inline"}
            row.append("".join(child.content for child in token.children) if is_text else None)
        elif token.type == "tr_close":
            row = None
    return rows


def table(*names):
    rows = [(((escape(name), ""),) if name else (),) for name in names]
    return Document([Table([Column("name"), Column("n")], [(*row, ONE) for row in rows])])


ONE = (("1", ""),)
HOSTILE = (
    "a|b",
    "a\\|b",
    "`tick`",
    "``",
    "*bold* _it_",
    "<script>alert(1)</script>",
    "<!-- -->",
    "@someone",
    "[x](https://example.com)",
    "https://example.com/",
    "www.example.com",
    "#12",
    "GH-12",
    "&lt;",
    ":tada:",
    "a\nb",
    "| --- |",
    "deadbeef",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_code_span(name) -> None:
    shown = to_markdown(table(name))
    assert cells_of(shown)[1:] == [[escape(name), "1"]]
    assert "`" in shown.splitlines()[2]


@pytest.mark.parametrize("name", ["main", "(app)", "1,234.5", "12 of 30 shown; 3 more", "-"])
def test_a_plain_text_stays_plain(name) -> None:
    assert to_markdown(table(name)).splitlines()[2] == f"| {name} | 1 |"


def test_a_column_looks_alike() -> None:
    assert to_markdown(table("main", "a_b", "")).splitlines()[2:] == [
        "| `main` | 1 |",
        "| `a_b` | 1 |",
        "|  | 1 |",
    ]


def test_titles_are_headings_and_notes_are_text() -> None:
    document = Document(
        [
            Paragraph([(("a_b.log", "title"), ("  12 ticks", "dim"))]),
            Paragraph([(("By kind", "title"),)]),
            Table([Column("n", "right"), Column("", decoration=True)], [(ONE, ONE)]),
            Paragraph([(("all shown", "dim"),), (("2 left out", "dim"),)]),
        ]
    )
    assert to_markdown(document) == (
        "## `a_b.log`\n\n12 ticks\n\n### By kind\n\n| n |\n| ---: |\n| 1 |\n\n"
        "all shown\n\n2 left out\n"
    )


def test_levels_of_a_tree_are_indented_and_blank_rows_are_none() -> None:
    rows = [((("a", ""),),), ((("│ └ ", "guide"), ("b", "")),), BLANK, ((("c", ""),),)]
    lines = to_markdown(Document([Table([Column("function")], rows)])).splitlines()
    assert lines[2:] == ["| a |", f"| {chr(0xA0) * 8}b |", "| c |"]


@given(st.lists(st.text(st.sampled_from("a1|\\`*_<>@#[](): \n.-&"), max_size=12), min_size=1))
def test_every_text_comes_back(names) -> None:
    found = [row[0] for row in cells_of(to_markdown(table("x", *names)))[2:]]
    # A code span of nothing but spaces is none, and cells are stripped.
    assert [cell.strip() for cell in found] == [escape(name).strip() for name in names]


@given(profiles(hostile=True))
def test_names_of_a_profile_are_text(profile) -> None:
    ranking = rank(profile, RankingOptions())
    rows = cells_of(to_markdown(ranking_document(profile, ranking)))
    if len(ranking):
        assert len(rows) == len(ranking) + 1
        assert all(cell is not None for row in rows for cell in row)


def test_the_source_is_hostile_too() -> None:
    profile = profile_of(([("f",)], 1))
    profile = profile.replace(meta=type(profile.meta)("test", "<b>@all</b>.log"))
    assert "## `<b>@all</b>.log`\n" in to_markdown(ranking_document(profile, rank(profile)))
