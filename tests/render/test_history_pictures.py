"""Trends as text and as SVG: readable, and harmless whatever the names are."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from profkit.history.changes import ChangePoint
from profkit.history.store import Commit, Group, Run
from profkit.history.trends import Contents, Trend, TrendOptions, Trends
from profkit.profile import COUNT, NANOSECONDS, ValueType
from profkit.render.history import (
    change_percent,
    changes_document,
    list_document,
    scale_of_trends,
    trends_document,
)
from profkit.render.history_svg import history_svg
from profkit.render.markdown import to_markdown
from profkit.render.terminal import to_terminal
from profkit.render.text import to_text

HOSTILE = "</text><script>alert(1)</script>&\"'\x00\x1b[31m\u202e\ufffe\n|`"
SVG = "{http://www.w3.org/2000/svg}"


def trend(costs, group=None, changes=()):
    costs = np.array(costs, float)
    return Trend(group, costs, costs, changes)


def found(costs, *rows, value_type=None, per="operation", names=None, changes=(), source="p"):
    names = names or [f"{n:040x}" for n in range(1, len(costs) + 1)]
    return Trends(
        options=TrendOptions(),
        source=source,
        value_type=value_type or ValueType("cpu", NANOSECONDS),
        per=per,
        commits=tuple(Commit(name, 86400 * n) for n, name in enumerate(names)),
        runs=tuple(Run(source, 1, 1, commit=n) for n in range(len(costs))),
        total=trend(costs, changes=changes),
        rows=rows,
        omitted=0,
    )


STEP = ChangePoint(4, 0, 8, 1e6, 1.5e6, 0.45e6, 0.55e6, 0.005)
STEPPED = [1e6] * 4 + [1.5e6] * 4


@pytest.mark.parametrize(
    ("cost", "per", "unit", "shown"),
    [
        (12, "operation", NANOSECONDS, "12.00 ns/op"),
        (5281.2, "operation", NANOSECONDS, "5,281.2 ns/op"),
        (12_345, "run", NANOSECONDS, "12.35 µs"),
        (52_345_678, "second", NANOSECONDS, "52.35 ms/s"),
        (52e9, "run", NANOSECONDS, "52.00 s"),
        (52.25, "operation", COUNT, "52.25 cpu/op"),
        (0.25, "share", NANOSECONDS, "25.00 %"),
    ],
)
def test_a_unit_in_which_the_total_can_be_read(cost, per, unit, shown) -> None:
    trends = found([cost] * 3, per=per, value_type=ValueType("cpu", unit))
    assert scale_of_trends(trends).with_label(cost) == shown


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [(100, 105.25, "+5.2"), (100, 50, "-50.0"), (0, 5, "new"), (5, 0, "-100.0"), (0, 0, "-")],
)
def test_a_change_in_percent(before, after, shown) -> None:
    assert change_percent(before, after) == shown


def test_noise_looks_flat_and_a_step_does_not() -> None:
    flat = to_text(trends_document(found([100, 101, 99, 100])))
    assert "4545" not in flat.splitlines()[3]
    assert set(flat.splitlines()[3].split()[2]) <= set("345")
    stepped = to_text(trends_document(found(STEPPED, changes=(STEP,))))
    assert stepped.splitlines()[3].split()[:4] == ["1,000.0", "1,500.0", "+50.0", "11118888"]


def test_many_commits_are_so_many_blocks() -> None:
    text = to_text(trends_document(found(list(range(1, 401))), 20))
    assert "11122233344555666778" in text or len(text.splitlines()[3].split()[2]) == 20


def test_a_terminal_has_colours_where_it_became_worse() -> None:
    document = trends_document(found(STEPPED, changes=(STEP,)))
    assert "\x1b[31m████\x1b[0m" in to_terminal(document, 120)


def test_a_change_stands_between_two_commits() -> None:
    text = to_text(changes_document(found(STEPPED, changes=(STEP,))))
    row = text.splitlines()[3].split()
    assert row[:5] == ["0000000000..0000000000", "1970-01-05", "1,000.0", "1,500.0", "+50.0"]
    assert "+45.0 to +55.0" in text
    assert "the total went from 1,000.0 µs/op to 1,500.0 µs/op, +50.0 %" in text


def hostile():
    group = Group("function", HOSTILE, f"/srv/{HOSTILE}", HOSTILE, "js")
    row = trend([0.0] * 4 + [5.0] * 4, group, (STEP,))
    return found(STEPPED, row, names=[f"{n}{HOSTILE}" for n in range(8)], source=HOSTILE)


def test_hostile_names_are_harmless_in_text() -> None:
    trends = hostile()
    held = Contents(
        HOSTILE,
        ValueType(HOSTILE, HOSTILE),
        tuple(Commit(f"{n}{HOSTILE}", n, HOSTILE, HOSTILE) for n in range(2)),
        tuple(Run(HOSTILE, 1, 1, machine=HOSTILE, commit=n) for n in range(2)),
    )
    for document in (trends_document(trends), changes_document(trends), list_document(held)):
        for text in (to_text(document), to_markdown(document)):
            assert "\x1b" not in text
            assert "\u202e" not in text


def test_a_picture_is_well_formed_and_has_no_script() -> None:
    root = ET.fromstring(history_svg(hostile()))  # noqa: S314 (it is our own)
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert "script" not in tags
    assert tags <= {"svg", "title", "style", "rect", "text", "g", "line", "polyline", "circle"}


def test_a_picture_marks_a_change() -> None:
    root = ET.fromstring(history_svg(found(STEPPED, changes=(STEP,))))  # noqa: S314
    (mark,) = (line for line in root.iter(f"{SVG}line") if "mark" in line.get("class"))
    assert mark.get("class") == "mark worse"
    levels = [line for line in root.iter(f"{SVG}line") if line.get("class") == "level"]
    assert levels[0].get("x2") == levels[1].get("x1") == mark.get("x1")
    assert float(levels[0].get("y1")) > float(levels[1].get("y1"))
    assert "+50.0 %" in [text.text for text in root.iter(f"{SVG}text")]
