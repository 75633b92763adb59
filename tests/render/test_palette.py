"""Colours: text on them can be read, and colour-blind readers can tell families apart.

What protanopes, deuteranopes and tritanopes see is simulated as Machado, Oliveira and Fernandes
have it (A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE Transactions
on Visualization and Computer Graphics 15(6), 2009), at full severity; differences are those of
CIELAB (CIE 1976). About 2.3 is just noticeable (Mahy, Van Eycken and Oosterlinck, 1994).
"""

from __future__ import annotations

import re
from importlib import resources
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from building import profile_of

from profkit.profile import Kind, Tier
from profkit.render.palette import (
    CHANGE,
    EVERYTHING,
    FAMILIES,
    SCHEMES,
    change_swatch,
    swatch,
)
from profkit.symbols.packages import APP, NODE, STDLIB

MODES = ("light", "dark")
TEXT = {"light": "#1d1f24", "dark": "#eceef1"}
PAGE = {"light": "#ffffff", "dark": "#15171b"}
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = TO_XYZ @ np.ones(3)


def css():
    sheet = resources.files("profkit.render").joinpath("flame.css").read_text("utf-8")
    parts = sheet.split("@media (prefers-color-scheme: dark)")
    return {
        mode: dict(re.findall(r"\.(\w\d) \{ fill: (#\w{6}); \}", part))
        for mode, part in zip(MODES, parts, strict=True)
    }


COLORS = css()


def linear(color):
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Return the contrast ratio of WCAG 2."""
    light, dark = sorted((TO_XYZ[1] @ linear(color) for color in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(color, vision):
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear(color), 0, 1) / WHITE
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def difference(one, other, vision):
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def test_the_formulas_are_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert lab("#ff0000", "normal") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert lab("#ffffff", "deuteranopia") == pytest.approx([100, 0, 0], abs=0.05)
    assert difference("#000000", "#ffffff", "tritanopia") == pytest.approx(100, abs=0.05)
    # A red and a green that only lightness keeps apart for deuteranopes.
    assert difference("#c06060", "#90803f", "deuteranopia") < difference(
        "#c06060", "#90803f", "normal"
    )


def of_scheme(name):
    """Return every class that a scheme gives to some function in some tier."""
    packages = ("", APP, NODE, STDLIB, *(f"package{n}" for n in range(20)))
    places = [
        (f"name{n}", f"/srv/{package}.js" if package else "", 1, 1, kind, package)
        for n in range(12)
        for kind in Kind
        for package in packages
    ]
    profile = profile_of(*(([place], 1) for place in places))
    rows = product(range(len(profile.functions)), Tier)
    return {SCHEMES[name].swatch(profile, function, tier) for function, tier in rows}


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_s_colours_are_there_and_its_legend_explains_them(name) -> None:
    used = of_scheme(name)
    for mode in MODES:
        assert used <= set(COLORS[mode])
    legend = "".join(SCHEMES[name].legend.values())
    assert len(set(legend)) == len(legend)
    # Functions without a package and a kind are in a family of their own, which means nothing.
    unexplained = {"warm": {"h"}, "package": {"u"}}.get(name, set())
    assert {color[0] for color in used} == set(legend) | unexplained


def test_no_colour_is_left_over() -> None:
    used = set().union(*map(of_scheme, SCHEMES)) | set(CHANGE) | {EVERYTHING}
    for mode in MODES:
        assert set(COLORS[mode]) == used


@pytest.mark.parametrize("mode", MODES)
def test_a_label_can_be_read_on_every_colour(mode) -> None:
    assert min(contrast(TEXT[mode], color) for color in COLORS[mode].values()) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_notes_and_matches_can_be_read(mode) -> None:
    sheet = resources.files("profkit.render").joinpath("flame.css").read_text("utf-8")
    part = sheet.split("@media (prefers-color-scheme: dark)")[MODES.index(mode)]
    note = re.search(r"#notes text.*?fill: (#\w{6})", part)[1]
    match = re.search(r"\.match \{ fill: (#\w{6}); opacity", part) or re.search(
        r"#boxes \.match \{ fill: (#\w{6})", part
    )
    on_match = re.search(r"#labels \.match \{ fill: (#\w{3,6})", part)[1]
    on_match = on_match if len(on_match) == 7 else "#ffffff"
    assert contrast(note, PAGE[mode]) >= 4.5
    assert contrast(match[1], on_match) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", [name for name in SCHEMES if name != "warm"])
def test_families_are_apart_for_every_reader(mode, vision, name) -> None:
    colors = COLORS[mode]
    used = sorted(of_scheme(name))
    for one, other in combinations(used, 2):
        if one[0] != other[0]:
            apart = difference(colors[one], colors[other], vision)
            assert apart >= 5, (one, other)
            if one[1] == other[1] == "0":  # what the legend shows
                assert apart >= 10, (one, other)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
def test_more_and_less_are_apart_for_every_reader(mode, vision) -> None:
    colors = [COLORS[mode][name] for name in CHANGE]
    for one, other in pairwise(colors):
        assert difference(one, other, vision) >= 5
    less, more = colors[:4], colors[5:]
    for one, other in product(less[:3], more[1:]):
        assert difference(one, other, vision) >= 20
    middle = [difference(color, colors[4], vision) for color in colors]
    assert middle[:5] == sorted(middle[:5], reverse=True)
    assert middle[4:] == sorted(middle[4:])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (0, "z0"),
        (0.0009, "z0"),
        (-0.0009, "z0"),
        (0.001, "p0"),
        (-0.001, "m0"),
        (0.0199, "p1"),
        (-0.0199, "m1"),
        (0.02, "p2"),
        (-0.02, "m2"),
        (0.05, "p3"),
        (-0.05, "m3"),
        (1, "p3"),
        (-1, "m3"),
    ],
)
def test_steps_of_change_mean_the_same_in_both_directions(change, expected) -> None:
    assert change_swatch(change) == expected


def test_a_name_has_its_colour_for_good() -> None:
    assert swatch("logRequest", Kind.JS, "morgan") == "f2"
    assert swatch("main", Kind.PYTHON, APP) == "a2"
    assert swatch("naïve \ud800", Kind.UNKNOWN, "") == "u0"
    profile = profile_of(([("logRequest", "/srv/node_modules/morgan/index.js")], 1))
    found = {name: scheme.swatch(profile, 0, Tier.MAGLEV) for name, scheme in SCHEMES.items()}
    assert found == {"package": "u2", "kind": "u2", "tier": "f2", "file": "n2", "warm": "h2"}


def test_each_package_of_a_legend_has_a_colour_of_five() -> None:
    found = {swatch("f", Kind.JS, f"package{n}")[0] for n in range(50)}
    assert found == set(FAMILIES["packages"])
