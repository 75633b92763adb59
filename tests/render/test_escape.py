"""No name from a profile can do anything to a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.render.escape import escape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("naïve 関数 🔥", "naïve 関数 🔥"),
        ("\x1b[31mred\x1b]0;title\x07", r"\x1b[31mred\x1b]0;title\x07"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x9b2J", r"\x9b2J"),
        ("user\u202etxt.exe", r"user\u202etxt.exe"),
        ("\u2066a\u2069\u200b\ufeff", r"\u2066a\u2069\u200b\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
    ],
)
def test_escape(text, expected) -> None:
    assert escape(text) == expected


@given(st.text(st.characters(codec=None)))
def test_nothing_that_a_terminal_obeys_is_left(text) -> None:
    escaped = escape(text)
    categories = {unicodedata.category(character) for character in escaped}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}
    bidi = {unicodedata.bidirectional(character) for character in escaped}
    assert not bidi & {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text())
def test_what_is_escaped_stays_as_it_is(text) -> None:
    assert escape(escape(text)) == escape(text)
