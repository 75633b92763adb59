"""Flame graphs in a terminal: boxes where they belong, and names that never make a line longer."""

from __future__ import annotations

import pytest
from building import profile_of
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from strategies import profiles

from profkit.profile import Kind
from profkit.render.flame_svg import FlameStyle
from profkit.render.flame_terminal import Screen, flame_lines
from profkit.symbols.packages import APP
from profkit.transforms.joining import join
from profkit.views.flame import FlameOptions, flame, flame_difference


def draw(profile, screen, style=None, **options):
    options = FlameOptions(width=screen.columns * screen.steps, min_width=1, **options)
    return list(flame_lines(flame(profile, options), style or FlameStyle("t"), screen))


def plain(*arguments, **options):
    return [line.plain for line in draw(*arguments, **options)]


@given(
    profiles(hostile=True, times=True),
    st.sampled_from(["graph", "heavy", "chart"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([7, 20, 80]),
)
def test_boxes_are_never_wider_than_the_screen(profile, layout, colors, apart, columns) -> None:
    screen = Screen(columns, colors=colors)
    options = FlameOptions(
        layout=layout,
        per_thread=apart,
        include_idle=True,
        width=columns * screen.steps,
        min_width=1,
    )
    graph = flame(profile, options)
    lines = list(flame_lines(graph, FlameStyle("t"), screen))
    boxes = lines[1 : 1 + graph.levels] if graph.total else []
    assert all(cell_len(line.plain) <= columns for line in boxes)
    assert all(line.plain.isprintable() for line in lines)


def test_brackets_are_as_wide_as_their_share() -> None:
    profile = profile_of(([("main",), ("parse",)], 30), ([("main",), ("render",)], 70))
    assert plain(profile, Screen(40, colors=False)) == [
        "t",
        "[ all 100.0 %                          ]",
        "[ main 100.0 %                         ]",
        "[parse     ][ render 70.0 %            ]",
        "test.profile",
        "100 samples in all",
    ]


def test_blocks_have_their_edges_at_half_columns() -> None:
    profile = profile_of(([("a",)], 5), ([("b",)], 4), ([("c",), ("d",)], 1))
    lines = draw(profile, Screen(5))
    # Ten halves: a has five of them, b four, and c one.
    assert lines[2].plain == "  ▌ ▌"
    assert lines[3].plain == "    ▐"
    middle = [span.style for span in lines[2].spans if span.start == 2]
    assert middle[0].bgcolor is not None
    assert middle[0].color != middle[0].bgcolor
    over = [span.style for span in lines[3].spans]
    assert over[-1].bgcolor is None


def test_wide_letters_take_two_columns() -> None:
    profile = profile_of(([("関数の名前",)], 1), ([("🔥🔥🔥🔥🔥🔥🔥🔥",)], 1), ([("é" * 30,)], 2))
    for screen in (Screen(40, colors=False), Screen(40)):
        row = plain(profile, screen)[2]
        assert cell_len(row) == 40
        assert "…" in row


def test_only_as_many_levels_as_asked_for_are_drawn() -> None:
    profile = profile_of(([(f"f{n}",) for n in range(9)], 1))
    lines = plain(profile, Screen(20, levels=4, colors=False))
    assert lines[4] == "[ f2 100.0 %       ]"
    assert lines[5] == "6 levels deeper not shown; --depth 0 shows all"


def test_what_is_too_narrow_is_counted() -> None:
    profile = profile_of(([("a",)], 999), ([("b",)], 1))
    assert "1 narrow box not drawn, with 0.1 % of self time" in plain(profile, Screen(80))


def test_an_empty_graph_says_why() -> None:
    assert plain(profile_of(), Screen(80)) == ["t", "Nothing to draw: no sample has any value."]


def test_the_legend_has_the_colours_of_the_boxes() -> None:
    profile = profile_of(([("f", "a.js", 1, 1, Kind.JS, APP), ("gc", "", -1, -1, Kind.GC)], 1))
    legend = next(line for line in draw(profile, Screen(80)) if "■" in line.plain)
    assert legend.plain.split() == ["■", "app", "■", "garbage", "collector"]
    assert not any("■" in line for line in plain(profile, Screen(80, colors=False)))


@pytest.mark.parametrize("colors", [True, False])
def test_a_difference_says_by_how_much_each_box_changed(colors) -> None:
    before = profile_of(([("a",)], 50), ([("b",)], 50))
    after = profile_of(([("a",)], 75), ([("b",)], 25))
    screen = Screen(80, colors=colors)
    options = FlameOptions(width=80 * screen.steps, min_width=1)
    graph = flame_difference(join([before], [after]), options)
    lines = [line.plain for line in flame_lines(graph, FlameStyle("t"), screen)]
    assert " a +25.0 " in lines[2]
    assert " b -25.0 " in lines[2]
    assert cell_len(lines[2]) == 80
