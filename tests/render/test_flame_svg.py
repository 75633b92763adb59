"""Flame graphs as SVG text: well-formed, honest and harmless, whatever the names are."""

from __future__ import annotations

import json
import re
from importlib import resources
from xml.etree import ElementTree as ET

import pytest
from building import profile_of
from hypothesis import given
from strategies import profiles

from profkit.profile import NANOSECONDS, Kind, ValueType
from profkit.render.flame_svg import FlameStyle, flame_svg
from profkit.render.palette import FAMILIES
from profkit.render.records import record_of
from profkit.render.records.shared import to_json
from profkit.symbols.packages import APP
from profkit.views.flame import FlameOptions, flame

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</script><script>alert(1)</script>]]>&amp;\"'<![CDATA[\x00\x1b[31m\u202e\ufffe\ud800\n-->"
)


def _draw(profile, style=None, **options):
    return flame_svg(flame(profile, FlameOptions(**options)), profile, style)


def _parse(svg):
    root = ET.fromstring(svg)  # noqa: S314 (it is our own, and this is what the test is about)
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g") if group.get("id")}
    return root, groups


def _titles(groups):
    return [box.find(f"{SVG}title").text for box in groups["boxes"]]


@given(profiles(hostile=True))
def test_every_box_stands_in_the_file_with_its_title(profile) -> None:
    options = FlameOptions(include_idle=True)
    graph = flame(profile, options)
    root, groups = _parse(flame_svg(graph, profile))
    if not graph.total:
        assert "Nothing to draw" in "".join(root.itertext())
        return
    assert len(groups["boxes"]) == len(graph)
    assert all(len(title.split("\n")) in {2, 3} for title in _titles(groups))
    assert all(text.isprintable() for title in _titles(groups) for text in title.split("\n"))
    assert len(list(root.iter(f"{SVG}script"))) == 2
    data = json.loads(root.find(f"{SVG}script[@id='data']").text)
    assert data["x"] == graph.x.tolist()
    assert data["self"] == graph.self_values.tolist()
    assert data["total"] == graph.total_values.tolist()
    assert data["depth"] == graph.depth.tolist()
    said = [tuple(title.split("\n")[:-1]) for title in _titles(groups)]
    assert said == [tuple(filter(None, data["functions"][i])) for i in data["function"]]


@given(profiles())
def test_the_same_profile_gives_the_same_bytes(profile) -> None:
    assert _draw(profile) == _draw(profile)


def test_a_box_says_name_place_total_self_and_share() -> None:
    profile = profile_of(
        ([("main", "/srv/app/server.js", 3)], 1_500),
        ([("main", "/srv/app/server.js", 3), ("work",)], 4_500),
    )
    _, groups = _parse(_draw(profile))
    assert _titles(groups) == [
        "all\ntotal 6,000 samples (100.0 %), self 0 samples (0.0 %)",
        "main\n/srv/app/server.js:3\ntotal 6,000 samples (100.0 %), self 1,500 samples (25.0 %)",
        "work\ntotal 4,500 samples (75.0 %), self 4,500 samples (75.0 %)",
    ]


def test_times_are_read_in_the_unit_that_suits_them() -> None:
    profile = profile_of(([("main",)], 1_234_500_000), value_type=ValueType("cpu", NANOSECONDS))
    picture = _draw(profile)
    assert "total 1,234.5 ms (100.0 %)" in picture
    assert ">1,234.5 ms cpu in all<" in picture


def test_boxes_are_as_wide_as_their_share() -> None:
    profile = profile_of(([("a",)], 1), ([("b",), ("c",)], 3))
    _, groups = _parse(_draw(profile, width=820))
    places = [tuple(float(box.get(k)) for k in ("x", "y", "width")) for box in groups["boxes"]]
    everything, a, b, c = places
    assert everything[0] == a[0] == 10
    assert everything[2] == pytest.approx(800, abs=1)
    assert a[2] == pytest.approx(200, abs=1)
    assert b[0] == c[0] == 210
    assert b[2] == c[2] == pytest.approx(600, abs=1)
    assert everything[1] > a[1] == b[1] > c[1]


def test_an_icicle_has_its_root_on_top() -> None:
    profile = profile_of(([("a",), ("b",)], 1))
    _, groups = _parse(_draw(profile, FlameStyle(icicle=True)))
    tops = [int(box.get("y")) for box in groups["boxes"]]
    assert tops == sorted(tops)
    assert len(set(tops)) == 3


def test_hostile_names_are_only_text() -> None:
    hostile = (HOSTILE, HOSTILE, 1, 1, Kind.JS, HOSTILE)
    profile = profile_of(([hostile], 1), value_type=ValueType(HOSTILE, HOSTILE))
    root, groups = _parse(_draw(profile, FlameStyle(title=HOSTILE)))
    seen = (
        "</script><script>alert(1)</script>]]>&amp;\"'<![CDATA["
        "\\x00\\x1b[31m\\u202e\ufffd\\ud800\\n-->"
    )
    assert _titles(groups)[1].startswith(f"{seen}\n{seen}:1\ntotal 1 </script><s… (100.0 %)")
    assert root.find(f"{SVG}title").text == seen
    assert groups["labels"][1].text == seen
    assert len(list(root.iter(f"{SVG}script"))) == 2
    assert [child.tag for child in groups["boxes"]] == [f"{SVG}rect"] * 2


def test_labels_end_within_their_boxes() -> None:
    names = ["a" * 40, "b" * 400, "関数の名前" * 30, "🔥" * 60]
    profile = profile_of(*(([(name,)], 10 + i) for i, name in enumerate(names)))
    _, groups = _parse(_draw(profile, width=820))
    shown = [label.text for label in groups["labels"]][1:]
    assert [text[-1] for text in shown] == ["…"] * 4
    for text, value in zip(shown, (10, 11, 12, 13), strict=True):
        cells = sum(2 if letter > "\u10ff" and letter != "…" else 1 for letter in text)
        room = 800 * value / 46 - 7
        assert room - 3 * 6.6 < cells * 6.6 <= room
    assert shown[0] == "a" * (len(shown[0]) - 1) + "…"


def test_the_foot_names_the_file_the_total_and_what_is_not_drawn() -> None:
    idle = ("(idle)", "", -1, -1, Kind.IDLE)
    profile = profile_of(([("a",)], 99_998), ([("b",)], 1), ([("c",)], 1), ([idle], 7))
    _, groups = _parse(_draw(profile))
    assert "".join(groups["notes"].itertext()).splitlines() == [
        "",
        "test.profile",
        "100,000 samples in all",
        "7 samples of idleness left out",
        "2 narrow boxes not drawn, with 0.0 % of self time",
    ]


def test_notes_flow_into_the_width() -> None:
    def rows(width):
        profile = profile_of(*(([(k.label, "", -1, -1, k)], 1) for k in Kind if k != Kind.IDLE))
        root, groups = _parse(_draw(profile, width=width))
        placed = [
            tuple(map(float, re.findall(r"[\d.]+", g.get("transform")))) for g in groups["notes"]
        ]
        assert all(x < width for x, _ in placed)
        assert max(y for _, y in placed) < float(root.get("height"))
        return len({y for _, y in placed})

    assert rows(2000) == 1
    assert rows(300) == 3


def test_a_path_too_long_for_the_foot_keeps_its_ends() -> None:
    profile = profile_of(([("a",)], 1))
    source = "/srv/" + "long/" * 100 + "end.folded"
    profile = profile.replace(meta=profile.meta.__class__("test", source))
    note = _parse(_draw(profile, width=400))[1]["notes"][0]
    text = "".join(note.itertext())
    assert text.startswith("/srv/long/")
    assert "…" in text
    assert text.endswith("long/end.folded")
    assert len(text) < 80


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "no sample has any value"),
        ([([("(idle)", "", -1, -1, Kind.IDLE)], 3)], "the program was idle all the time"),
    ],
)
def test_an_empty_picture_says_why(rows, why) -> None:
    root, groups = _parse(_draw(profile_of(*rows)))
    assert why in "".join(root.itertext())
    assert list(groups) == ["notes"]
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.parametrize(
    ("stacks", "levels"), [(250, 165), (1, 12_000)], ids=["many stacks", "one deep stack"]
)
def test_any_profile_makes_at_most_ten_megabytes(stacks, levels) -> None:
    # & is what takes most room in XML: five bytes.
    rows = [
        ([(f"{i}.{level}" + "&" * 420, "&" * 420) for level in range(levels)], 2**60 // stacks)
        for i in range(stacks)
    ]
    profile = profile_of(*rows, value_type=ValueType("v", "&" * 600))
    graph = flame(profile)
    assert len(graph) == min(40_000, stacks * levels) + 1
    svg = flame_svg(graph, profile, FlameStyle("&" * 1_000_000)).encode()
    assert len(svg) <= 10_000_000
    _, groups = _parse(svg)
    assert len(groups["boxes"]) == len(graph)


def test_of_very_many_boxes_the_widest_have_titles_in_the_file() -> None:
    names = [f"f{i}" for i in range(5_000)]
    wide = [([("wide",), (name,), (name,), (name,)], 9) for name in names]
    profile = profile_of(*wide, ([("narrow",), ("leaf",)], 8))
    _, groups = _parse(_draw(profile))
    titles = [box.findtext(f"{SVG}title") for box in groups["boxes"]]
    assert len(titles) == 15_004
    assert sum(title is not None for title in titles) == 12_000
    assert titles[0].startswith("all\n")
    assert titles[-2:] == [None, None]
    assert {box.tag for box in groups["boxes"]} == {f"{SVG}rect"}


def test_the_record_has_each_function_once() -> None:
    profile = profile_of(([("a", "/srv/a.js", 3), ("b",)], 2), ([("b",)], 1))
    record = json.loads(to_json(record_of("flame", profile, flame(profile))))
    assert [function["name"] for function in record["functions"]] == ["a", "b"]
    assert record["boxes"] == [
        {"function": None, "depth": 0, "x": 0, "self": 0, "total": 3},
        {"function": 0, "depth": 1, "x": 0, "self": 0, "total": 2},
        {"function": 1, "depth": 2, "x": 0, "self": 2, "total": 2},
        {"function": 1, "depth": 1, "x": 2, "self": 1, "total": 1},
    ]
    assert record["omitted"] == {"boxes": 0, "self": 0, "idle": 0, "threads": 0}


def test_the_legend_explains_the_colours_that_occur() -> None:
    profile = profile_of(
        ([("f", "a.js", 1, 1, Kind.JS, APP), ("g", "b.js", 1, 1, Kind.JS, "morgan")], 1),
        ([("h", "", -1, -1, Kind.GC)], 1),
    )
    _, groups = _parse(_draw(profile))
    legend = [("".join(note.itertext()), len(note) - 1) for note in groups["notes"]]
    assert legend[:3] == [("app", 1), ("packages", 1), ("garbage collector", 1)]
    assert {text for text, _ in legend}.isdisjoint(
        set(FAMILIES) - {"app", "packages", "garbage collector"}
    )


# The files that the picture carries along


def _packaged(name):
    return resources.files("profkit.render").joinpath(name).read_text("utf-8")


def _scripts():
    return resources.files("profkit.render").joinpath("flame").iterdir()


def test_the_scripts_and_the_style_fit_into_xml() -> None:
    assert not set("<&") & set(_packaged("flame.css"))
    for script in _scripts():
        assert "]]>" not in script.read_text("utf-8")


def test_every_script_is_in_the_picture() -> None:
    picture = _draw(profile_of(([("a",)], 1)))
    for script in _scripts():
        assert script.read_text("utf-8") in picture


def test_the_scripts_never_read_text_as_markup() -> None:
    for script in _scripts():
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "DOMParser",
        ):
            assert way not in script.read_text("utf-8")
