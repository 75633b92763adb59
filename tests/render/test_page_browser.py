"""The page of a profile in a real browser: flame graphs, search, keys, filters and links."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from building import profile_of
from pages import Flame, color_at, state_of
from playwright.sync_api import expect

import profkit
from profkit.profile import Kind
from profkit.symbols.packages import APP


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
    ("scheme", "page_color"), [("light", [255, 255, 255]), ("dark", [21, 23, 27])]
)
def test_colours_follow_the_reader_s_scheme(open_html, scheme, page_color) -> None:
    sheet = resources.files("profkit.render").joinpath("flame.css").read_text()
    light, dark = re.findall(r"\.a0 \{ fill: #(\w{6}); \}", sheet)
    box_color = [*bytes.fromhex({"light": light, "dark": dark}[scheme])]
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
