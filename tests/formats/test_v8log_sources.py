"""Lines and inlined functions, as far as a log tells of them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profkit.formats.registry import ReadOptions
from profkit.formats.v8log import read
from profkit.formats.v8log.sources import Script, SourceInfo
from profkit.profile import ABSENT, Action, validate
from profkit.source import Source

LOG = r"""v8-version,12,4,254,21,-node.56,0
script-source,7,/srv/a.js,function in\x2Cner() {\n  spin()\n}\nfunction outer() {\n  inner()\n}
code-creation,JS,10,1,0x2000,64,inner /srv/a.js:1:15,0x9000,~
code-source-info,0x2000,7,0,40,C0O20C8O23,,
code-creation,JS,10,2,0x3000,64,outer /srv/a.js:4:15,0x9100,~
code-source-info,0x3000,7,31,70,C0O50C16O53,,
code-creation,JS,12,3,0x4000,128,outer /srv/a.js:4:15,0x9100,*
code-source-info,0x4000,7,31,70,C0O53C32O23I0C64O53,F0O53,S0x9000
"""


def profile_of(log: str, **options):
    source = Source("a.log", io.BytesIO(log.encode()))
    return validate(read(source, ReadOptions(**options)))


def stacks_of(profile) -> list[list[str]]:
    """Each sample's frames from the root to the leaf: label, and line:column where known."""
    stacks = []
    for leaf in profile.threads[0].samples.node.tolist():
        node, stack = leaf, []
        while node != ABSENT:
            frame = profile.tree.frame[node]
            line, column = profile.frames.line[frame], profile.frames.column[frame]
            place = "" if line == ABSENT else f" {line}:{column}"
            name = profile.text(profile.functions.name[profile.frames.function[frame]])
            stack.append(f"{name}{place}")
            node = int(profile.tree.parent[node])
        stacks.append(stack[::-1])
    return stacks


@pytest.mark.parametrize(
    ("tick", "stack"),
    [
        ("0x4010", ["outer"]),
        ("0x4020", ["outer", "inner"]),
        ("0x4040", ["outer"]),
        ("0x2004,1,0,0x0,0,0x4021", ["outer", "inner", "inner"]),
        ("0x2004,1,0,0x0,0,0x4020", ["outer", "inner"]),  # goes on there: the call was before
        ("0x2004,1,0,0x0,0,0x4040", ["outer", "inner", "inner"]),
    ],
)
def test_what_was_inlined_is_a_frame(tick, stack):
    rest = "" if tick.count(",") else ",9,0,0x0,0"
    log = f"{LOG}tick,{tick}{rest}\n"
    assert stacks_of(profile_of(log)) == [stack]
    compiled = [name for n, name in enumerate(stack) if name == "outer" or n == len(stack) - 1]
    if tick.startswith("0x4"):
        compiled = ["outer"]
    elif stack == ["outer", "inner", "inner"]:
        compiled = ["outer", "inner"]
    assert stacks_of(profile_of(log, inlined=False)) == [compiled]
    assert stacks_of(profile_of(log, symbols=False)) == [compiled]


@pytest.mark.parametrize(
    ("tick", "stack"),
    [
        ("0x2009,9,0,0x0,0,0x3010", ["outer 5:4", "inner 2:4"]),
        ("0x4020,9,0,0x0,0", ["outer 5:4", "inner 2:4"]),
        ("0x2000,9,0,0x0,0", ["inner 2:1"]),
    ],
)
def test_lines_are_where_the_code_ran(tick, stack):
    assert stacks_of(profile_of(f"{LOG}tick,{tick}\n", lines=True)) == [stack]


def test_without_the_scripts_text_there_are_no_lines():
    log = LOG.replace("script-source", "script-details")
    profile = profile_of(f"{log}tick,0x4020,9,0,0x0,0\n", lines=True)
    assert stacks_of(profile) == [["outer", "inner"]]


def test_the_name_is_that_which_the_function_had():
    other = "code-creation,JS,10,9,0x5000,64,other /srv/b.js:1:1,0x9000,~\n"
    profile = profile_of(f"{LOG}{other}tick,0x4020,9,0,0x0,0\n")
    assert stacks_of(profile) == [["outer", "inner"]]


def test_code_that_moves_takes_its_source_along():
    log = f"{LOG}code-move,0x4000,0x6000\ntick,0x6020,9,0,0x0,0\n"
    assert stacks_of(profile_of(log)) == [["outer", "inner"]]


@pytest.mark.parametrize(
    "line",
    [
        "code-source-info,0x4000,7,31,70,C0O53C32O23I9,F0O53,S0x9000",
        "code-source-info,0x4000,7,31,70,C0O53C32O23I0,F9O53,S0x9000",
        "code-source-info,0x4000,7,31,70,C0O53C32O23I0,F0O53I1F0O53I0,S0x9000",
        "code-source-info,0x4000,7,31,70,,F0O53,S0x9000",
        "code-source-info,0x4000,7,31,70,rubbish,F0O53,S0x9000",
        "code-source-info,0x4444,7,31,70,C0O53C32O23I0,F0O53,S0x9000",
    ],
)
def test_what_makes_no_sense_is_not_expanded(line):
    log = "\n".join([*LOG.splitlines()[:-1], line, "tick,0x4020,9,0,0x0,0", ""])
    assert stacks_of(profile_of(log)) == [["outer"]]


def test_a_line_without_its_fields_is_counted():
    profile = profile_of(f"{LOG}code-source-info,0x4000,x\ntick,0x4020,9,0,0x0,0\n")
    assert profile.ledger.count(Action.DROPPED, "lines") == 1


characters = st.text(st.sampled_from("ab\n\\,é\u263a\U0001f600x2C u"), max_size=40)


@given(characters)
def test_lines_and_columns_count_as_javascript_does(text):
    units = text.encode("utf-16-le", "surrogatepass")
    escaped = ""
    for start in range(0, len(units), 2):
        unit = int.from_bytes(units[start : start + 2], "little")
        letter = chr(unit)
        if letter in "\n\\":
            escaped += {"\n": "\\n", "\\": "\\\\"}[letter]
        elif letter == "," or 127 < unit < 256:
            escaped += f"\\x{unit:02X}"
        elif unit > 255:
            escaped += f"\\u{unit:04x}"
        else:
            escaped += letter
    script, line, column = Script(escaped.encode()), 1, 1
    for start in range(0, len(units), 2):
        assert script.position(start // 2) == (line, column)
        column += 1
        if units[start : start + 2] == b"\n\0":
            line, column = line + 1, 1


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9), st.integers(-1, 3)), max_size=9),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(-1, 3)), max_size=4),
    st.integers(-1, 60),
)
def test_any_line_is_followed_as_plainly(positions, calls, offset):
    def text(letter, rows):
        return "".join(
            f"{letter}{a}O{b}" + (f"I{c}" if c >= 0 else "") for a, b, c in rows
        ).encode()

    info = SourceInfo(1, text("C", positions), text("F", calls), (("f", 2), ("g", 3)))
    sites = [(site.name, site.offset) for site in info.sites(offset)]
    before = [row for row in sorted(positions) if row[0] <= offset]
    if not before:
        assert not sites
        return
    _, position, inlined = before[-1]
    expected: list[tuple[str, int]] = []
    for _ in range(len(calls) + 1):
        if inlined < 0:
            expected.append(("", position))
            break
        if inlined >= len(calls) or calls[inlined][0] > 1:
            expected = []
            break
        function, call, within = calls[inlined]
        expected.append(("fg"[function], position))
        position, inlined = call, within
    is_whole = bool(expected) and expected[-1][0] == ""
    assert sites == (expected[::-1] if is_whole else [])


def test_a_position_past_the_script_is_unknown() -> None:
    script = Script(rb"one()\n;two()")
    assert script.position(11) == (2, 6)
    assert script.position(12) == (2, 7)  # the end
    assert script.position(13) == (ABSENT, ABSENT)
    assert Script(b"").position(1) == (ABSENT, ABSENT)
