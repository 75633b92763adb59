"""All reports of a verdict: what they say is the same today, and no name can break one."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from reading import commands, issues, junit, metrics, sarif
from verdicts import CHECKOUT, HOSTILE, HUGE, VERDICTS, hostile, many

from profkit.errors import UsageError
from profkit.gate.checkout import Checkout
from profkit.render.reports import REPORTS, find_report

NAMES = [report.name for report in REPORTS]
READERS = {"github": commands, "gitlab": issues, "junit": junit, "sarif": sarif}
READERS |= {"openmetrics": metrics, "json": json.loads}


def report(name, verdict, checkout=CHECKOUT):
    return find_report(name).renderer.render(verdict, checkout)


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_as_it_was(name, verdict, golden) -> None:
    text = report(name, VERDICTS[verdict])
    golden(f"reports/{verdict}/{name}{find_report(name).suffix}", text)
    assert not text or text.endswith("\n")


def check_safe(name, text) -> None:
    """Nothing a terminal or a reader would obey is left of any name."""
    assert text.isascii() or not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    text.encode()
    if name in READERS:
        READERS[name](text)
    if name == "markdown":
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        kinds = {child.type for token in tokens for child in token.children or ()}
        assert kinds <= {"text", "code_inline", "softbreak"}
        assert not [token for token in tokens if token.type in ("html_block", "fence")]


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_no_more_than_a_name(name, case) -> None:
    text = HOSTILE[case]
    for checkout in (CHECKOUT, Checkout(), Checkout({text: text} if text else {})):
        check_safe(name, report(name, hostile(text), checkout))


@given(
    st.text(
        st.sampled_from("a1|\\`*_<>@#[](){}:,;%=\"'&\n\r\x1b\x00\u202e\ud800\uffff -."), max_size=20
    )
)
def test_no_text_breaks_a_report(text) -> None:
    verdict = hostile(text)
    for name in NAMES:
        check_safe(name, report(name, verdict, Checkout({text: text} if text.strip() else {})))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("text", "json")])
def test_a_huge_name_is_shortened(name) -> None:
    text = report(name, hostile(HUGE), Checkout())
    check_safe(name, text)
    assert len(text) < len(HUGE)


@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_of_thousands_of_causes_is_written(name) -> None:
    check_safe(name, report(name, many(3_000)))


def test_an_unknown_report_is_told_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match=r"'xml' is no report; those are text, markdown"):
        find_report("xml")


def test_names_and_what_files_end_in_are_told() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(one.suffix.startswith(".") and one.help for one in REPORTS)
