"""The page of a profile in a real browser: what a reader sees, clicks and types."""

from __future__ import annotations

import re

import numpy as np
import pytest
from building import profile_of
from playwright.sync_api import expect

import profkit
from profkit.profile import (
    NANOSECONDS,
    Kind,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    validate,
)
from profkit.render.page import PageOptions
from profkit.symbols.packages import APP

HOSTILE = (
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror='window.pwned=1'>",
    "--></style><svg onload=window.pwned=1>",
    "\"'`${window.pwned=1}",
    "{{main}}{{data}}",
    "evil\u202egnp.exe",
    "\ud800\x1b[31m\0",
    "x" * 100_000,
)


@pytest.fixture
def service():
    """Return a profile of 1,000 samples with recursion and a name too long for its box."""
    serve = ("serve", "/srv/app/server.js", 1, 1, Kind.JS, APP)
    log = ("logRequest", "/srv/app/node_modules/morgan/index.js", 122, 1, Kind.JS, "morgan")
    long = ("parseTheWholeBodyOfTheRequest", "/srv/app/body.js", 7, 1, Kind.JS, APP)
    return profile_of(
        ([serve], 100),
        ([serve, log], 200),
        ([serve, log, ("write", "node:net", 9)], 150),
        ([serve, log, ("write", "node:net", 9), log], 50),
        ([serve, long], 60),
        ([serve, long, ("JSON.parse",)], 40),
        ([("tick",)], 400),
    )


@pytest.fixture
def timed():
    """Return two threads over 10 ms: one parses, then renders; the other one only waits."""
    builder = ProfileBuilder()
    names = ("main", "parse", "render", "wait")
    main, parse, render, wait = (builder.frame(builder.function(name)) for name in names)
    tree, leaf = StackTree.from_stacks(
        np.array([2, 2, 1]), np.array([main, parse, main, render, wait])
    )
    moments = np.arange(10, dtype=np.int64) * 1_000_000 + 5_000_000
    worked = leaf[np.array([0] * 4 + [1] * 6)]
    lasting = np.full(10, 1_000_000, np.int64)
    threads = [
        Thread("worker", SampleTable(worked, lasting, moments), 1, 1),
        Thread("waiter", SampleTable(np.full(10, leaf[2]), lasting, moments), 1, 2),
    ]
    meta = Meta("test", "test.profile", interval=1_000_000)
    return validate(builder.finish(meta, [ValueType("wall", NANOSECONDS)], tree, threads))


class Flame:
    """Where boxes are on the page: as profkit's own layout has them."""

    def __init__(self, page, profile, *, zoom=None, **options) -> None:
        self.page, self.profile = page, profile
        self.graph = profkit.flame(profile, profkit.FlameOptions(min_width=0, **options))
        self.icicle = page.locator("#view").get_attribute("data-view") == "icicle"
        self.zoomed = 0 if zoom is None else self.number(zoom)

    def number(self, name):
        functions = self.graph.function.tolist()
        named = ["all" if n < 0 else profkit.function_name(self.profile, n) for n in functions]
        return named.index(name)

    def at(self, name):
        """Return the middle of a box, or of what is in sight of it."""
        i = self.number(name)
        graph, canvas = self.graph, self.page.locator("#view canvas").bounding_box()
        scale = canvas["width"] / int(graph.total_values[self.zoomed])
        left = (int(graph.x[i]) - int(graph.x[self.zoomed])) * scale
        right = left + int(graph.total_values[i]) * scale
        x = (max(0, left) + min(canvas["width"], right)) / 2
        level = int(graph.depth[i]) if self.icicle else graph.levels - 1 - int(graph.depth[i])
        return canvas["x"] + x, canvas["y"] + 4 + 18 * level + 8

    def hover(self, name):
        self.page.mouse.move(*self.at(name))
        return self.page.locator("#status")

    def click(self, name, **options):
        self.page.mouse.click(*self.at(name), **options)


def color_at(page, x, y):
    """Return the colour of the canvas at a place of the window."""
    return page.evaluate(
        """([x, y]) => {
        const canvas = document.querySelector("#view canvas");
        const { left, top } = canvas.getBoundingClientRect();
        const ratio = devicePixelRatio;
        const copy = new OffscreenCanvas(canvas.width, canvas.height);
        const context = copy.getContext("2d", { willReadFrequently: true });
        context.drawImage(canvas, 0, 0);
        return [...context.getImageData((x - left) * ratio, (y - top) * ratio, 1, 1).data];
    }""",
        [x, y],
    )


def state_of(page):
    return dict(part.split("=", 1) for part in page.url.partition("#")[2].split("&") if part)


@pytest.mark.parametrize(
    "sample",
    [
        "node/22.23.3/auth-api-logger.v8.log.gz",
        "node/22.23.3/auth-api-logger.cpuprofile.gz",
        "py-spy/0.4.3/py-web-logger.speedscope.json.gz",
        "cprofile/3.11.2/tasks.pstats.gz",
    ],
)
def test_boxes_and_their_figures_are_those_of_a_flame_graph(open_html, sample) -> None:
    options = profkit.ReadOptions(lines=True, sources=True)
    profile = profkit.load(f"samples/{sample}", options=options)
    page = open_html(profile)
    boxes = page.evaluate("""async () => {
        const { open } = await import("profkit/model");
        const { current } = await import("profkit/derive");
        const { layoutOf } = await import("profkit/layout");
        const model = await open(document);
        const filters = { threads: null, range: null, focus: [], ignore: [], hide: [] };
        const state = { ...model.start, ...filters };
        const tree = current(model, state);
        const { left } = layoutOf(tree);
        return Array.from(tree.fn, (fn, i) => [
            model.functions.name(fn), tree.depth[i] + 1, left[i], tree.self[i], tree.total[i],
        ]).filter((box) => box[4] > 0);
    }""")
    graph = profkit.flame(profile, profkit.FlameOptions(min_width=0, max_boxes=10**9))
    expected = zip(
        [profkit.function_name(profile, n) if n >= 0 else "" for n in graph.function.tolist()],
        graph.depth.tolist(),
        graph.x.tolist(),
        graph.self_values.tolist(),
        graph.total_values.tolist(),
        strict=True,
    )
    assert [tuple(box) for box in boxes] == list(expected)[1:]


def test_the_pointer_is_told_about_its_box(open_html, service) -> None:
    page = open_html(service)
    flame = Flame(page, service)
    expect(flame.hover("tick")).to_have_text(
        "tick · total 400 samples (40.0 %), self 400 samples (40.0 %)"
    )
    expect(flame.hover("logRequest")).to_have_text(
        "logRequest · morgan/index.js:122 · total 400 samples (40.0 %), self 200 samples (20.0 %)"
    )
    expect(flame.hover("all")).to_have_text("all · total 1,000 samples (100.0 %)")


def test_a_click_zooms_in_and_back_zooms_out(open_html, service) -> None:
    page = open_html(service)
    Flame(page, service).click("logRequest")
    zoomed = Flame(page, service, zoom="logRequest")
    expect(zoomed.hover("serve")).to_contain_text("total 600 samples")
    expect(zoomed.hover("write")).to_contain_text("total 200 samples")
    assert zoomed.at("write")[0] == pytest.approx(300, abs=1)  # half as wide as the window
    zoomed.click("serve")
    expect(Flame(page, service, zoom="serve").hover("logRequest")).to_contain_text("400 samples")
    page.go_back()
    expect(zoomed.hover("write")).to_contain_text("total 200 samples")
    page.keyboard.press("Escape")
    page.locator("#view canvas").focus()
    page.keyboard.press("Escape")
    expect(Flame(page, service).hover("tick")).to_contain_text("tick · total 400 samples")


def test_the_wheel_zooms_where_the_pointer_is(open_html, service) -> None:
    page = open_html(service)
    x, y = Flame(page, service).at("tick")
    page.mouse.move(x, y)
    for _ in range(12):
        page.mouse.wheel(0, -200)
    page.mouse.move(20, y)
    expect(page.locator("#status")).to_contain_text("tick · ")
    for _ in range(30):
        page.mouse.wheel(0, 300)
    page.mouse.move(20, y)
    expect(page.locator("#status")).to_contain_text("serve · ")


def test_a_drag_moves_what_is_zoomed(open_html, service) -> None:
    page = open_html(service, fragment="#zoom=2")
    flame = Flame(page, service, zoom="serve")
    x, y = flame.at("serve")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 300, y, steps=4)
    page.mouse.up()
    page.mouse.move(1190, y)
    expect(page.locator("#status")).to_contain_text("tick · ")
    assert state_of(page) == {"zoom": "2"}


def test_a_search_counts_nested_matches_once_and_walks_from_match_to_match(
    open_html, service
) -> None:
    page = open_html(service)
    page.keyboard.press("/")
    page.keyboard.type("^logRequest$")
    found = page.locator("#found")
    expect(found).to_have_text("40.0 % matched")
    status = page.locator("#status")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("logRequest · morgan/index.js:122 · total 400 samples")
    page.keyboard.press("n")
    expect(status).to_contain_text("logRequest · morgan/index.js:122 · total 50 samples")
    page.keyboard.press("N")
    expect(status).to_contain_text("total 400 samples")
    assert state_of(page)["search"] == "%5ElogRequest%24"

    field = page.get_by_role("searchbox")
    for pattern, share in (("morgan/", "40.0"), ("BODY", "0.0"), ("package:^\\(app", "60.0")):
        field.fill(pattern)
        expect(found).to_have_text(f"{share} % matched")
    field.fill("(log")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(found).to_have_text("")
    field.press("Escape")
    expect(field).to_have_value("")


def test_the_keyboard_walks_from_box_to_box(open_html, service) -> None:
    page = open_html(service)
    canvas = page.get_by_role("application", name=re.compile("Flame graph of test.profile"))
    canvas.focus()
    status = page.locator("#status")

    def press(*keys):
        for key in keys:
            page.keyboard.press(key)
        return expect(status)

    press("ArrowUp").to_contain_text("serve · ")
    press("ArrowRight").to_contain_text("tick · ")
    press("ArrowRight").to_contain_text("tick · ")
    press("ArrowLeft", "ArrowUp").to_contain_text("logRequest · ")
    press("Enter").to_contain_text("logRequest · ")
    assert state_of(page)["zoom"].count(".") == 1
    press("ArrowUp").to_contain_text("write · ")
    press("ArrowDown", "ArrowDown").to_contain_text("serve · ")
    press("Home").to_contain_text("all · ")
    page.keyboard.press("2")
    assert state_of(page)["view"] == "icicle"
    expect(page.get_by_role("application", name=re.compile("Icicle"))).to_be_focused()
    press("Home", "ArrowDown").to_contain_text("serve · ")


def test_filters_from_the_menu_are_chips_that_can_be_taken_away(open_html, service) -> None:
    page = open_html(service)
    Flame(page, service).click("logRequest", button="right")
    page.get_by_role("menuitem", name="Hide").click()
    about = page.locator("#about")
    hidden = profkit.apply(service, [profkit.Step("hide", "^logRequest$")])
    expect(Flame(page, hidden).hover("serve")).to_have_text(
        "serve · app/server.js:1 · total 600 samples (60.0 %), self 300 samples (30.0 %)"
    )
    Flame(page, hidden).click("write", button="right")
    page.get_by_role("menuitem", name="Focus").click()
    expect(about).to_contain_text("200 samples")
    chips = page.locator("#chips .chip")
    expect(chips).to_contain_text(["focus write", "hide logRequest"])
    page.get_by_role("button", name="Remove hide logRequest").click()
    expect(about).to_contain_text("200 samples")
    page.keyboard.press("Backspace")
    expect(about).to_contain_text("1,000 samples")
    page.go_back()
    expect(about).to_contain_text("200 samples")


def test_the_menu_obeys_the_keyboard(open_html, service) -> None:
    page = open_html(service)
    page.locator("#view canvas").focus()
    for key in ("ArrowUp", "m", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#chips .chip")).to_contain_text("ignore serve")
    expect(page.locator("#about")).to_contain_text("400 samples")
    expect(page.locator("#view canvas")).to_be_focused()


def test_a_stack_can_be_copied(open_html, service) -> None:
    page = open_html(service, permissions=["clipboard-read", "clipboard-write"])
    Flame(page, service).click("write", button="right")
    page.get_by_role("menuitem", name="Copy stack").click()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "serve  app/server.js:1\nlogRequest  morgan/index.js:122\nwrite  node:net:9"
    )


def test_a_link_leads_to_what_was_looked_at(open_html, service) -> None:
    fragment = "#view=icicle&search=write&hide=%5Etick%24&zoom=2.1"
    page = open_html(service, fragment=fragment)
    hidden = profkit.apply(service, [profkit.Step("hide", "^tick$")])
    flame = Flame(page, hidden, zoom="logRequest")
    expect(flame.hover("write")).to_contain_text("total 200 samples (33.3 %)")
    expect(page.get_by_role("tab", name="Icicle")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("searchbox")).to_have_value("write")
    expect(page.locator("#found")).to_have_text("33.3 % matched")


@pytest.mark.parametrize(
    "fragment",
    [
        "#view=<script>&fn=-1&valueType=99&threads=7.x&range=9-1&zoom=99999.1&idle=2&by=toString",
        "#view=__proto__&focus=(&hide=%2399999999&ignore=%0A%0A&sort=%3Cimg%20src%3Dx%3E&%",
        "#range=1e400-Infinity&zoom=1..2.&search=(((",
    ],
)
def test_a_hostile_link_does_no_harm(open_html, service, fragment) -> None:
    page = open_html(service, fragment=fragment)
    expect(page.locator("#about")).to_contain_text("1,000 samples")
    expect(Flame(page, service).hover("tick")).to_contain_text("tick · total 400 samples")


def test_a_drag_on_the_band_chooses_a_part_of_the_time(open_html, timed) -> None:
    page = open_html(timed)
    about, chips = page.locator("#about"), page.locator("#chips .chip")
    expect(about).to_contain_text("20.0 ms")
    band = page.get_by_role("slider", name="Part of the recording").bounding_box()
    y = band["y"] + 20

    def drag(start, stop):
        width = band["width"]
        page.mouse.move(start * width, y)
        page.mouse.down()
        page.mouse.move(stop * width, y, steps=5)
        page.mouse.up()

    drag(0, 4.5 / 9)  # the samples at 0, 1, 2, 3 and 4 ms
    expect(about).to_contain_text("10.0 ms")
    expect(chips).to_have_count(1)
    kept = profkit.apply(timed, [profkit.Step("to", "4.5")])
    expect(Flame(page, kept).hover("parse")).to_contain_text("total 4.0 ms (40.0 %)")
    drag(0.25, 0.75)  # inside: the part moves
    expect(about).to_contain_text("10.0 ms")
    kept = profkit.apply(timed, [profkit.Step("from", "4.5")])
    expect(Flame(page, kept).hover("render")).to_contain_text("total 5.0 ms (50.0 %)")
    page.go_back()
    kept = profkit.apply(timed, [profkit.Step("to", "4.5")])
    expect(Flame(page, kept).hover("parse")).to_contain_text("total 4.0 ms")
    page.locator("#minimap").focus()
    page.keyboard.press("Escape")
    expect(chips).to_have_count(0)
    expect(about).to_contain_text("20.0 ms")


def test_a_thread_can_be_looked_at_alone(open_html, timed) -> None:
    page = open_html(timed)
    picker = page.get_by_label("Thread")
    picker.select_option("waiter (10)")
    expect(page.locator("#about")).to_contain_text("10.0 ms")
    kept = profkit.apply(timed, [profkit.Step("thread", "waiter")])
    expect(Flame(page, kept).hover("wait")).to_contain_text("total 10.0 ms (100.0 %)")
    assert state_of(page) == {"threads": "1"}
    page.go_back()
    expect(picker).to_have_value("")


def test_the_chart_shows_each_thread_by_time(open_html, timed) -> None:
    page = open_html(timed, fragment="#view=chart")
    canvas = page.locator("#view canvas").bounding_box()
    top = canvas["y"] + 20

    def at(moment, row):
        return canvas["width"] * moment / 9, top + 18 * row + 9

    status = page.locator("#status")
    for moment, row, words in (
        (2, 1, "main · 9.0 ms from 0 ns on · worker"),
        (2, 2, "parse · 4.0 ms from 0 ns on · worker"),
        (6, 2, "render · 5.0 ms from 4.0 ms on · worker"),
        (6, 5, "wait · 9.0 ms from 0 ns on · waiter"),
    ):
        page.mouse.move(*at(moment, row))
        expect(status).to_have_text(words)
    page.mouse.click(*at(6, 2))
    page.mouse.move(canvas["width"] / 2, at(6, 2)[1])
    expect(status).to_contain_text("render")
    page.mouse.move(5, at(6, 2)[1])
    expect(status).to_contain_text("render")
    page.locator("#view canvas").focus()
    page.keyboard.press("Escape")
    page.mouse.move(*at(2, 2))
    expect(status).to_contain_text("parse")


def test_a_profile_without_times_has_no_chart_and_no_band(open_html, service) -> None:
    page = open_html(service, fragment="#view=chart")
    expect(page.get_by_role("tab", name="By time")).to_have_count(0)
    expect(page.locator("#minimap")).to_have_count(0)
    expect(page.get_by_role("tab", name="Flame graph")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(
    ("scheme", "page_color", "box_color"),
    [("light", [255, 255, 255], [252, 193, 118]), ("dark", [21, 23, 27], [121, 77, 2])],
)
def test_colours_follow_the_reader_s_scheme(open_html, scheme, page_color, box_color) -> None:
    profile = profile_of(([("a", "/srv/a.js", 1, 1, Kind.JS, APP)], 1))
    page = open_html(profile, color_scheme=scheme)
    x, y = Flame(page, profile).at("a")
    page.mouse.move(x, y + 200)
    assert color_at(page, x, y)[:3] == box_color
    assert color_at(page, x, y + 200)[:3] == page_color
    other = {"light": "dark", "dark": "light"}[scheme]
    page.emulate_media(color_scheme=other)
    expect(page.locator("#status")).to_be_visible()
    page.wait_for_timeout(100)
    assert color_at(page, x, y)[:3] != box_color


def test_hostile_names_stay_text(open_html) -> None:
    profile = profile_of(*(([(name, name)], 100) for name in HOSTILE))
    page = open_html(profile, PageOptions(HOSTILE[0]))
    shown = [
        page.evaluate(
            """async (i) => {
        const { open } = await import("profkit/model");
        return (await open(document)).functions.name(i);
    }""",
            i,
        )
        for i in range(len(HOSTILE))
    ]
    assert r"evil\u202egnp.exe" in shown
    assert r"\ud800\x1b[31m\x00" in shown
    assert set(HOSTILE[:5]) <= set(shown)
    assert max(map(len, shown)) < 3000
    for number in range(len(HOSTILE)):
        page.keyboard.press("ArrowUp")
        box = page.locator("#view canvas").bounding_box()
        page.mouse.move((number + 0.5) * box["width"] / len(HOSTILE), box["y"] + 10)
        expect(page.locator("#status")).to_contain_text("total 100 samples")
    page.mouse.click(5, box["y"] + 10, button="right")
    page.get_by_role("menuitem", name="Focus").click()
    expect(page.locator("h1")).to_have_text(HOSTILE[0])
    expect(page).to_have_title(HOSTILE[0])
    assert page.evaluate("window.pwned") is None
    assert page.locator("img, svg, iframe").count() == 0
    assert page.locator("script").count() == 3


def test_no_script_can_be_brought_in(open_html, service, browser, tmp_path) -> None:
    open_html(service)
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    blocked = page.evaluate("""async () => {
        const outcomes = [];
        const note = (error) => outcomes.push(error.name);
        const noteDirective = (event) => outcomes.push(event.effectiveDirective);
        document.addEventListener("securitypolicyviolation", noteDirective);
        try {
            document.body.innerHTML = "<img src=x onerror='window.pwned=1'>";
        } catch (error) {
            note(error);
        }
        try {
            const script = document.createElement("script");
            script.textContent = "window.pwned = 1";
            document.body.append(script);
        } catch (error) {
            note(error);
        }
        await fetch("http://127.0.0.1:9/").catch(note);
        await new Promise((resolve) => setTimeout(resolve, 50));
        return [window.pwned ?? null, outcomes];
    }""")
    page.close()
    assert blocked[0] is None
    assert {"TypeError", "connect-src"} <= set(blocked[1])


def test_the_view_is_exported_as_a_picture(open_html, service) -> None:
    page = open_html(service)
    names = {}
    for kind in ("SVG", "PNG"):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=f"View as {kind}").click()
        names[download.value.suggested_filename] = download.value.path().read_bytes()
    svg = names["test.profile.svg"].decode()
    assert svg.startswith("<svg xmlns=")
    assert svg.count("<rect") == 2 + 7
    assert "<title>tick · total 400 samples (40.0 %), self 400 samples (40.0 %)</title>" in svg
    assert names["test.profile.png"].startswith(b"\x89PNG")


def test_help_tells_the_keys(open_html, service) -> None:
    page = open_html(service)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Escape")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_nothing_is_wider_than_the_window(open_html, timed, size) -> None:
    page = open_html(timed, PageOptions("a rather long title " * 20), size=size)
    page.keyboard.press("/")
    page.keyboard.type("render")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator("#view").bounding_box()["height"] > size[1] / 2
    for control in page.locator("header :is(input, select, button)").all():
        if control.is_visible():
            box = control.bounding_box()
            assert box["x"] >= 0


def test_odd_profiles_open(open_html) -> None:
    page = open_html(profile_of())
    expect(page.locator("#about")).to_contain_text("0 samples")
    page = open_html(profile_of(([("alone",)], 1)))
    expect(page.locator("#about")).to_contain_text("1 samples")
    deep = profile_of(([(f"f{i}",) for i in range(300)], 1))
    page = open_html(deep)
    x, y = 600, page.locator("#view").bounding_box()
    page.mouse.move(x, y["y"] + y["height"] - 12)
    expect(page.locator("#status")).to_contain_text("all · ")
    page = open_html(deep, fragment="#view=icicle")
    page.mouse.move(x, page.locator("#view").bounding_box()["y"] + 12)
    expect(page.locator("#status")).to_contain_text("all · ")
