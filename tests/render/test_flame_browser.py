"""Flame graphs in a real browser: what a reader sees, clicks and types."""

from __future__ import annotations

import base64
import re

import pytest
from building import profile_of
from pictures import HOSTILE, box, labels, width
from playwright.sync_api import expect

from profkit.profile import COUNT, NANOSECONDS, Kind, ValueType
from profkit.render.flame_svg import FlameStyle, flame_svg
from profkit.symbols.packages import APP
from profkit.views.flame import flame


def test_a_click_zooms_in_and_a_click_on_an_ancestor_out(open_page, service) -> None:
    page = open_page(service)
    reset = page.get_by_role("button", name="Reset zoom")
    assert (width(page, "all"), width(page, "logRequest")) == pytest.approx((1180, 472), abs=1)
    expect(reset).to_be_hidden()

    box(page, "logRequest").click()
    for name in ("all", "serve", "logRequest"):
        assert width(page, name) == pytest.approx(1180, abs=1)
    assert width(page, "write") == pytest.approx(1180 / 2, abs=1)
    expect(box(page, "tick")).to_be_hidden()
    expect(box(page, "parseTheWholeBodyOfTheRequest")).to_be_hidden()
    expect(reset).to_be_visible()

    box(page, "serve").click()
    assert width(page, "logRequest") == pytest.approx(1180 * 400 / 600, abs=1)
    expect(box(page, "parseTheWholeBodyOfTheRequest")).to_be_visible()
    expect(box(page, "tick")).to_be_hidden()

    reset.click()
    assert width(page, "logRequest") == pytest.approx(472, abs=1)
    expect(box(page, "tick")).to_be_visible()
    expect(reset).to_be_hidden()


def test_escape_zooms_out(open_page, service) -> None:
    page = open_page(service)
    box(page, "write").click()
    expect(box(page, "tick")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(box(page, "tick")).to_be_visible()


def test_labels_are_cut_to_their_boxes_and_grow_with_them(open_page, service) -> None:
    page = open_page(service)

    def check():
        overlaps = page.evaluate("""() => {
            const boxes = [...document.querySelectorAll("#boxes rect:not([display=none])")];
            return [...document.querySelectorAll("#labels text")].filter((label) => {
                const text = label.getBoundingClientRect();
                return !boxes.some((box) => {
                    const { left, right, top, bottom } = box.getBoundingClientRect();
                    return left <= text.left && text.right <= right
                        && top - 1 <= text.top && text.bottom <= bottom + 1;
                });
            }).map((label) => label.textContent);
        }""")
        assert overlaps == []

    assert "parseTheWholeBo…" in labels(page)
    check()
    box(page, "parseTheWholeBodyOfTheRequest").click()
    assert "parseTheWholeBodyOfTheRequest" in labels(page)
    check()
    page.keyboard.press("Escape")
    assert "parseTheWholeBo…" in labels(page)
    page.set_viewport_size({"width": 500, "height": 800})
    page.wait_for_function("document.querySelector('#boxes rect').getAttribute('width') < 500")
    check()


def test_a_search_counts_nested_matches_once(open_page, service) -> None:
    page = open_page(service)
    page.keyboard.press("Control+f")
    page.keyboard.type("^logRequest$")
    result = page.locator("output")
    # 400 of 1,000: the logRequest that another one calls has its 50 in them.
    expect(result).to_have_text("40.0 % matched")
    matched = page.locator("#boxes .match")
    assert matched.count() == 2
    assert all("logRequest" in text for text in matched.all_text_contents())

    box(page, "write").click()
    expect(result).to_have_text("40.0 % matched (100.0 % of the zoomed)")
    page.keyboard.press("Escape")
    box(page, "serve").click()
    expect(result).to_have_text("40.0 % matched (66.7 % of the zoomed)")


def test_a_search_looks_at_places_and_minds_capitals(open_page, service) -> None:
    page = open_page(service)
    page.get_by_role("button", name="Search").click()
    field, result = page.get_by_role("searchbox"), page.locator("output")
    expect(field).to_be_focused()
    for pattern, share in (
        ("morgan/", "40.0"),
        ("body", "10.0"),
        ("Body", "10.0"),
        ("BODY", "0.0"),
        (r"^\Swrite|json", "4.0"),
        ("all", "0.0"),
        ("serve|tick", "100.0"),
    ):
        field.fill(pattern)
        expect(result).to_have_text(f"{share} % matched")


def test_a_pattern_that_is_none_is_marked_and_matches_nothing(open_page, service) -> None:
    page = open_page(service)
    page.keyboard.press("Control+f")
    page.keyboard.type("(log")
    field = page.get_by_role("searchbox")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("output")).to_have_text("")
    page.keyboard.type(")")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("output")).to_have_text("40.0 % matched")

    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(page.locator("#boxes .match")).to_have_count(0)
    expect(page.get_by_role("button", name="Search")).to_be_focused()


def test_the_keyboard_reaches_every_box(open_page, service) -> None:
    page = open_page(service)

    def at():
        return page.evaluate("document.activeElement.textContent.split('\\n')[0]")

    def press(*keys):
        for key in keys:
            page.keyboard.press(key)
        return at()

    page.evaluate("document.querySelector('#boxes rect').focus()")
    assert at() == "all"
    assert press("ArrowUp") == "serve"
    assert press("ArrowRight") == "tick"
    assert press("ArrowRight") == "tick"
    assert press("ArrowLeft", "ArrowUp") == "logRequest"
    expect(page.locator("header p")).to_have_text(
        "logRequest · /srv/app/node_modules/morgan/index.js:122 · "
        "total 400 samples (40.0 %), self 200 samples (20.0 %)"
    )
    expect(page.locator("#cursor")).to_have_attribute(
        "y", box(page, "logRequest").get_attribute("y")
    )
    assert press("Enter") == "logRequest"
    expect(box(page, "tick")).to_be_hidden()
    assert press("ArrowDown") == "serve"
    assert press("ArrowUp") == "logRequest"  # towards the zoomed box
    assert press("Home", "Enter") == "all"
    expect(box(page, "tick")).to_be_visible()
    assert page.locator("#boxes [tabindex]").count() == 1


def test_the_tabulator_reaches_boxes_and_buttons(open_page, service) -> None:
    page = open_page(service)
    reached = []
    for _ in range(3):  # the document itself is the first
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.split('\\n')[0]"))
    assert reached[1:] == ["all", "Search"]
    expect(page.get_by_role("button", name="all total 1,000 samples")).to_have_count(1)


def test_the_pointer_is_told_about_its_box(open_page, service) -> None:
    page = open_page(service)
    details = page.locator("header p")
    expect(details).to_have_text("Click a box to zoom in. Ctrl-F searches.")
    box(page, "tick").hover()
    expect(details).to_have_text("tick · total 400 samples (40.0 %), self 400 samples (40.0 %)")
    page.mouse.move(600, 60)
    expect(details).to_have_text("Click a box to zoom in. Ctrl-F searches.")


def test_the_picture_is_as_wide_as_its_window(open_page, service) -> None:
    page = open_page(service, size=(390, 844))
    assert width(page, "all") == pytest.approx(370, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_function("document.querySelector('#boxes rect').getAttribute('width') > 1000")
    assert width(page, "all") == pytest.approx(1420, abs=1)
    for note in page.locator("#notes > g").all():
        assert note.bounding_box()["x"] >= 10


def test_a_phone_shows_the_picture_at_its_own_width(open_page, service) -> None:
    page = open_page(service, size=(390, 844), is_mobile=True, has_touch=True)
    assert page.evaluate("innerWidth") == 390
    assert width(page, "all") == pytest.approx(370, abs=1)
    box(page, "logRequest").tap()
    assert width(page, "logRequest") == pytest.approx(370, abs=1)
    expect(page.locator("header p")).to_contain_text("logRequest · /srv/app/node_modules/morgan")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_nothing_of_the_header_overlaps(open_page, service, size) -> None:
    page = open_page(service, style=FlameStyle("a rather long title " * 20), size=size)
    page.keyboard.press("Control+f")
    page.keyboard.type("log")
    box(page, "logRequest").click()
    shown = [
        element.bounding_box()
        for element in page.locator("header :is(b, p, output, button, input)").all()
        if element.is_visible()
    ]
    for i, one in enumerate(shown):
        assert one["x"] >= 0
        assert one["x"] + one["width"] <= size[0]
        for other in shown[:i]:
            assert (
                one["x"] + one["width"] <= other["x"]
                or other["x"] + other["width"] <= one["x"]
                or one["y"] + one["height"] <= other["y"]
                or other["y"] + other["height"] <= one["y"]
            )


@pytest.mark.parametrize(
    ("scheme", "page_color", "box_color", "text_color"),
    [
        ("light", "rgb(255, 255, 255)", "rgb(234, 173, 108)", "rgb(29, 31, 36)"),
        ("dark", "rgb(21, 23, 27)", "rgb(137, 91, 13)", "rgb(236, 238, 241)"),
    ],
)
def test_colours_follow_the_reader_s_scheme(
    open_page, scheme, page_color, box_color, text_color
) -> None:
    profile = profile_of(([("a", "/srv/a.js", 1, 1, Kind.JS, APP)], 1))
    page = open_page(profile, color_scheme=scheme)
    fill = "element => getComputedStyle(element).fill"
    assert page.locator("#page").evaluate(fill) == page_color
    assert box(page, "a").evaluate(fill) == box_color
    assert page.locator("#labels text").last.evaluate(fill) == text_color


def test_boxes_without_a_title_in_the_file_get_one_when_they_are_zoomed(open_page) -> None:
    places = [(f"f{i:04}", f"/srv/{i}.js", 7) for i in range(6_000)]
    rows = (([place, place, place], 1_500_000) for place in places)
    page = open_page(profile_of(*rows, value_type=ValueType("cpu", NANOSECONDS)))
    last = page.locator("#boxes rect").last
    assert last.text_content() == ""
    page.locator("#boxes rect").nth(-2).dispatch_event("click")
    assert last.text_content() == (
        "f5999\n/srv/5999.js:7\ntotal 1.5 ms (0.0 %), self 1.5 ms (0.0 %)"
    )
    page.keyboard.press("Control+f")
    page.keyboard.type("f5999")
    expect(page.locator("output")).to_have_text("0.0 % matched (100.0 % of the zoomed)")


@pytest.mark.parametrize("value_type", [ValueType("cpu", NANOSECONDS), ValueType("ticks", COUNT)])
def test_the_script_words_a_box_as_its_title_does(open_page, value_type) -> None:
    rows = [([("a", "/srv/a.js", 3)], 1_234_567_890), ([("b",)], 98_765)]
    page = open_page(profile_of(*rows, value_type=value_type))
    for name in ("all", "a"):
        box(page, name).hover()
        title = box(page, name).text_content()
        expect(page.locator("header p")).to_have_text(title.replace("\n", " · "))


def test_hostile_names_stay_text(open_page) -> None:
    profile = profile_of(*(([(name, name)], 100) for name in HOSTILE))
    page = open_page(profile, style=FlameStyle(HOSTILE[0]))
    for name in HOSTILE:
        target = box(page, name)
        target.hover()
        expect(page.locator("header p")).to_contain_text(name)
        target.click()
        assert name in labels(page)
        page.keyboard.press("Escape")
    page.keyboard.press("Control+f")
    page.keyboard.type("<script>window")
    expect(page.locator("output")).to_have_text("25.0 % matched")
    expect(page.locator("header b")).to_have_text(HOSTILE[0])
    assert page.evaluate("window.pwned") is None
    assert page.locator("script").count() == 2
    assert page.locator("img").count() == 0
    assert page.locator("g").count() == 3 + page.locator("#notes > g").count()


def test_an_icicle_s_keys_follow_its_direction(open_page, service) -> None:
    page = open_page(service, style=FlameStyle(icicle=True))
    tops = [float(box(page, name).get_attribute("y")) for name in ("all", "serve", "logRequest")]
    assert tops == sorted(tops)
    page.evaluate("document.querySelector('#boxes rect').focus()")
    page.keyboard.press("ArrowDown")
    expect(box(page, "serve")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box(page, "all")).to_be_focused()


def test_a_tall_picture_begins_at_its_root_with_the_controls_in_sight(open_page) -> None:
    page = open_page(profile_of(([(f"f{i}",) for i in range(300)], 1)))
    page.wait_for_function("scrollY > 4000")
    expect(box(page, "all")).to_be_in_viewport()
    search = page.get_by_role("button", name="Search")
    expect(search).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    expect(search).to_be_in_viewport()
    expect(box(page, "f299")).to_be_in_viewport()


def test_without_javascript_the_picture_can_be_read(open_page, service) -> None:
    page = open_page(service, java_script_enabled=False)
    assert {"all", "serve", "logRequest", "write", "tick", "parseTheWholeBo…"} <= set(labels(page))
    assert page.locator("#boxes rect").count() == 8
    expect(box(page, "logRequest")).to_be_visible()
    expect(page.locator("#title")).to_have_text("Flame graph")
    expect(page.locator("header")).to_have_count(0)


def test_an_img_shows_the_picture(browser, service) -> None:
    svg = flame_svg(flame(service), service)
    top = int(re.search(r'y="(\d+)"[^>]*><title>serve\n', svg)[1])
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    page = browser.new_page()
    page.set_content(f'<img src="{source}">')
    page.wait_for_function("document.querySelector('img').complete")
    size, color = page.evaluate(
        """(top) => {
        const image = document.querySelector("img");
        const canvas = document.createElement("canvas");
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const pixel = context.getImageData(600, top + 8, 1, 1).data;
        return [canvas.width, [...pixel]];
    }""",
        top,
    )
    page.close()
    assert size == 1200
    assert color == [235, 180, 111, 255]  # of .a1


def test_an_empty_picture_is_one_line_of_text(open_page) -> None:
    page = open_page(profile_of())
    expect(page.get_by_text("Nothing to draw: no sample has any value.")).to_be_visible()
