"""Pictures compared with kept ones: what nobody would think of asserting.

They are compared by squares of eight pixels, for letters look a little different on each machine.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from building import profile_of

from profkit.profile import NANOSECONDS, Kind, ValueType
from profkit.render.flame_svg import FlameStyle
from profkit.symbols.packages import APP
from profkit.transforms.joining import join
from profkit.views.flame import FlameOptions, flame, flame_difference

KEPT = Path(__file__).parents[1] / "golden" / "pictures"

# Draws both pictures into so many fewer pixels, and returns how far apart their colours are.
_COMPARE = """async ([one, other, square]) => {
    const draw = async (source) => {
        const image = new Image();
        image.src = `data:image/png;base64,${source}`;
        await image.decode();
        const canvas = document.createElement("canvas");
        canvas.width = Math.ceil(image.width / square);
        canvas.height = Math.ceil(image.height / square);
        const context = canvas.getContext("2d");
        context.imageSmoothingQuality = "high";
        context.drawImage(image, 0, 0, canvas.width, canvas.height);
        const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
        return [image.width, image.height, pixels];
    };
    const [width, height, pixels] = await draw(one);
    const [otherWidth, otherHeight, otherPixels] = await draw(other);
    if (width !== otherWidth || height !== otherHeight) return [1, 1];
    const apart = Array.from(pixels, (value, i) => Math.abs(value - otherPixels[i]) / 255);
    const far = apart.filter((value) => value > 0.15).length;
    return [far / apart.length, apart.reduce((sum, value) => sum + value, 0) / apart.length];
}"""


def service(extra=0):
    serve = ("serve", "/srv/app/server.js", 1, 1, Kind.JS, APP)
    log = ("logRequest", "/srv/app/node_modules/morgan/index.js", 122, 1, Kind.JS, "morgan")
    parse = ("JSON.parse", "", -1, -1, Kind.BUILTIN)
    gc = ("(garbage collector)", "", -1, -1, Kind.GC)
    rows = [
        ([serve], 100),
        ([serve, log], 200 + extra),
        ([serve, log, ("write", "node:net", 9, 1, Kind.JS, "node:")], 150),
        ([serve, ("readBody", "/srv/app/body.js", 7, 1, Kind.JS, APP), parse], 200),
        ([("関数の名前",)], 120),
        ([gc], 80),
    ]
    if not extra:
        rows.append(([serve, ("compress", "", -1, -1, Kind.NATIVE)], 100))
    rows = [(stack, value * 10**6) for stack, value in rows]
    return profile_of(*rows, value_type=ValueType("cpu", NANOSECONDS))


def chart():
    from test_flame_layouts_browser import threads_of  # noqa: PLC0415 (needed here alone)

    return threads_of(
        [(["serve", "parse"], 0), (["serve", "render"], 10), (["serve", "render"], 20)],
        [(["work", "hash"], 60), (["work", "hash"], 70), (["wait"], 80), (["work"], 90)],
    )


def difference(**options):
    return flame_difference(join([service()], [service(300)]), FlameOptions(**options))


PICTURES = {
    "graph-light": (lambda: flame(service()), {}),
    "heavy-icicle-dark": (lambda: flame(service(), FlameOptions(layout="heavy")), {"dark": True}),
    "chart-light": (lambda: flame(chart(), FlameOptions(layout="chart")), {}),
    "threads-dark": (lambda: flame(chart(), FlameOptions(per_thread=True)), {"dark": True}),
    "difference-light": (lambda: difference(width_by="both"), {}),
    "difference-dark": (difference, {"dark": True}),
    "search-phone": (lambda: flame(service()), {"phone": True, "search": "log|parse"}),
}


def shot(open_page, name):
    make, how = PICTURES[name]
    graph = make()
    style = FlameStyle("A service", icicle="icicle" in name)
    size = (390, 300) if how.get("phone") else (720, 260)
    scheme = "dark" if how.get("dark") else "light"
    page = open_page(graph, style=style, size=size, color_scheme=scheme)
    if pattern := how.get("search"):
        page.keyboard.press("Control+f")
        page.keyboard.type(pattern)
        page.keyboard.press("Enter")
    return page, page.screenshot(animations="disabled")


def apart(page, one, other):
    texts = [base64.b64encode(picture).decode() for picture in (one, other)]
    blank = page.context.new_page()
    found = blank.evaluate(_COMPARE, [*texts, 8])
    blank.close()
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_looks_as_it_did(open_page, name, request) -> None:
    page, picture = shot(open_page, name)
    file = KEPT / f"flame-{name}.png"
    if request.config.getoption("--update-golden"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture)
    far, mean = apart(page, picture, file.read_bytes())
    assert far < 0.02
    assert mean < 0.01


def test_pictures_that_differ_are_told_apart(open_page) -> None:
    page, picture = shot(open_page, "graph-light")
    _, other = shot(open_page, "difference-light")
    far, mean = apart(page, picture, other)
    assert far > 0.05
    assert mean > 0.02


def test_every_kept_picture_is_compared() -> None:
    assert {file.name for file in KEPT.glob("flame-*")} == {
        f"flame-{name}.png" for name in PICTURES
    }
