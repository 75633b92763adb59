"""Every kind of flame graph in a real browser: zoom, keys, search and the address of a view."""

from __future__ import annotations

import re

import numpy as np
import pytest
from building import profile_of
from pictures import HOSTILE, box, labels, width
from playwright.sync_api import expect

from profkit.profile import COUNT, Meta, ProfileBuilder, SampleTable, StackTree, Thread, ValueType
from profkit.render.flame_svg import FlameStyle
from profkit.transforms.joining import join
from profkit.views.flame import FlameOptions, flame_difference

HEAVY = FlameOptions(layout="heavy")
CHART = FlameOptions(layout="chart")
APART = FlameOptions(per_thread=True)


def threads_of(*threads, names=("main", "worker")):
    """Make a profile of threads, each of samples (stack of names, time in ms), one each 10 ms."""
    builder = ProfileBuilder()
    stacks = [stack for thread in threads for stack, _ in thread]
    frames = [[builder.frame(builder.function(name)) for name in stack] for stack in stacks]
    tree, leaf = StackTree.from_stacks(
        np.array([len(stack) for stack in frames]), np.concatenate(frames)
    )
    made, first = [], 0
    for name, thread in zip(names, threads, strict=True):
        rows = slice(first, first + len(thread))
        times = np.array([time for _, time in thread]) * 10**6
        made.append(Thread(name, SampleTable(leaf[rows], np.ones(len(thread), int), times)))
        first += len(thread)
    meta = Meta("test", "test.profile", interval=10**7)
    return builder.finish(meta, [ValueType("samples", COUNT)], tree, made)


@pytest.fixture
def two_threads():
    return threads_of(
        [(["serve", "parse"], 0), (["serve", "render"], 10), (["serve", "render"], 20)],
        [(["work", "hash"], 60), (["work", "hash"], 70), (["wait"], 80), (["work"], 90)],
    )


def shown(page):
    """Return the titles' first lines of the boxes in sight, in their order."""
    found = page.locator("#boxes rect:not([display])").all_text_contents()
    return [text.split("\n")[0] for text in found]


def fragment(page):
    return page.evaluate("location.hash")


def test_a_heavy_graph_zooms_along_callers(open_page, service) -> None:
    page = open_page(service, options=HEAVY)
    assert {"tick", "logRequest", "write"} <= set(labels(page))
    leaf = page.locator("#boxes rect", has_text="self 150 samples (15.0 %)")
    title = leaf.text_content()
    assert title.startswith("write\n")
    leaf.click()
    assert shown(page) == ["all", "write", "logRequest", "serve"]
    expect(page.locator("header p")).to_have_text(title.replace("\n", " · "))
    page.keyboard.press("ArrowUp")
    expect(page.locator("header p")).to_contain_text(
        "called for 150 samples (15.0 %), 100.0 % of write"
    )


def test_in_a_chart_all_threads_zoom_to_one_time(open_page, two_threads) -> None:
    page = open_page(two_threads, options=CHART)
    tops = [float(box(page, name).get_attribute("y")) for name in ("main", "serve", "parse")]
    assert tops == sorted(tops)
    assert float(box(page, "worker").get_attribute("y")) > tops[-1]
    assert {"main", "serve", "worker", "work"} <= set(labels(page))
    assert width(page, "serve") == pytest.approx(1180 * 0.3, abs=1)
    ticks = page.locator("#axis text").all_text_contents()
    assert ticks[:3] == ["0", "10 ms", "20 ms"]

    box(page, "work").click()
    assert shown(page) == ["main", "worker", "work", "hash"]
    assert width(page, "work") == pytest.approx(1180, abs=1)
    assert page.locator("#axis text").first.text_content() == "60 ms"
    page.keyboard.press("Escape")
    assert len(shown(page)) == 9
    assert fragment(page) in ("", "#")


def test_a_box_of_a_chart_says_when(open_page, two_threads) -> None:
    page = open_page(two_threads, options=CHART)
    box(page, "hash").hover()
    expect(page.locator("header p")).to_have_text(
        "hash · total 20.0 ms (20.0 %), self 20.0 ms (20.0 %), from 60.0 ms"
    )
    box(page, "main").hover()
    expect(page.locator("header p")).to_have_text(
        "main · total 100.0 ms, 70.0 ms (70.0 %) of it blank"
    )


def test_threads_apart_zoom_by_themselves(open_page, two_threads) -> None:
    page = open_page(two_threads, options=APART)
    for name in ("main", "worker"):
        assert width(page, name) == pytest.approx(1180, abs=1)
    assert box(page, "worker").text_content() == (
        "worker\ntotal 4 samples (57.1 % of all threads), self 0 samples (0.0 %)"
    )
    before = width(page, "hash")
    box(page, "parse").click()
    assert width(page, "parse") == pytest.approx(1180, abs=1)
    assert width(page, "hash") == before
    assert fragment(page) == "#zoom=1;serve;parse"
    box(page, "hash").click()
    assert fragment(page) == "#zoom=2;work;hash"
    assert width(page, "parse") == pytest.approx(1180 / 3, abs=1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Reset zoom")).to_be_hidden()


@pytest.mark.parametrize("options", [None, HEAVY, CHART, APART])
def test_every_box_is_reached_by_keys_in_every_layout(open_page, two_threads, options) -> None:
    page = open_page(two_threads, options=options, style=FlameStyle(icicle=True))
    page.evaluate("document.querySelector('#boxes rect').focus()")
    seen = set()
    at = "[...document.querySelectorAll('#boxes rect')].indexOf(document.activeElement)"
    for level in range(4):
        for key in ("Home", *["ArrowDown"] * level, *["ArrowLeft"] * 5, *["ArrowRight"] * 8):
            page.keyboard.press(key)
            seen.add(page.evaluate(at))
    assert len(seen) == page.locator("#boxes rect").count()


@pytest.mark.parametrize("options", [None, HEAVY, CHART, APART])
def test_an_address_brings_the_view_back(open_page, two_threads, options) -> None:
    page = open_page(two_threads, options=options)
    box(page, "render").click()
    page.keyboard.press("Control+f")
    page.keyboard.type("re|ser")
    before = (fragment(page), shown(page), page.locator("output").text_content())
    assert "zoom=" in before[0]
    assert "search=re%7Cser" in before[0]
    again = open_page(two_threads, options=options, address=before[0])
    after = (fragment(again), shown(again), again.locator("output").text_content())
    assert after == before
    assert again.get_by_role("searchbox").evaluate("field => field.value") == "re|ser"


def test_back_and_forward_go_through_the_zooms(open_page, service) -> None:
    page = open_page(service)
    whole = shown(page)
    box(page, "serve").click()
    box(page, "logRequest").click()
    assert fragment(page) == "#zoom=serve;logRequest"
    page.go_back()
    assert fragment(page) == "#zoom=serve"
    assert width(page, "serve") == pytest.approx(1180, abs=1)
    assert width(page, "logRequest") < 1000
    page.go_back()
    assert shown(page) == whole
    page.go_forward()
    assert fragment(page) == "#zoom=serve"


def test_typing_a_search_is_no_step_of_the_history(open_page, service) -> None:
    page = open_page(service)
    before = page.evaluate("history.length")
    page.keyboard.press("Control+f")
    page.keyboard.type("log")
    assert fragment(page) == "#search=log"
    assert page.evaluate("history.length") == before
    page.keyboard.press("Escape")
    assert fragment(page) in ("", "#")


def test_of_boxes_with_one_name_each_has_its_address(open_page) -> None:
    rows = [([("main",), ("f", f"/srv/{n}.js")], 10 + n) for n in range(3)]
    page = open_page(profile_of(*rows))
    page.locator("#boxes rect").nth(3).click()
    assert fragment(page) == "#zoom=main;f:2"
    again = open_page(profile_of(*rows), address="#zoom=main;f:3")
    expect(again.locator("#boxes rect").nth(4)).to_be_visible()
    expect(again.locator("#boxes rect").nth(3)).to_be_hidden()


def test_a_path_that_is_too_long_goes_by_its_number(open_page) -> None:
    profile = profile_of(([(f"{level}" * 90,) for level in range(10, 40)], 1))
    page = open_page(profile)
    page.locator("#boxes rect").last.dispatch_event("click")
    assert fragment(page) == "#box=30"
    again = open_page(profile, address="#box=30")
    expect(again.get_by_role("button", name="Reset zoom")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    [
        "#zoom=%",
        "#zoom=%E0%A4%A",
        "#zoom=;;;",
        "#zoom=__proto__;constructor",
        "#zoom=serve:0",
        "#zoom=serve:x",
        "#box=-1",
        "#box=1e9",
        "#box=serve",
        "#search=%",
        "#search=((((",
        "#zoom=<script>window.pwned=1</script>&search=<img src=x onerror=window.pwned=1>",
        "#javascript:window.pwned=1",
        "#search=" + "a" * 5000,
        "#" + "&=" * 1000,
    ],
)
@pytest.mark.parametrize("options", [None, APART])
def test_a_senseless_address_does_no_harm(open_page, service, address, options) -> None:
    page = open_page(service, address=address, options=options)
    assert len(shown(page)) == 8
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    page.keyboard.press("Escape")
    box(page, "tick").click()
    assert fragment(page).startswith("#zoom=")


def test_an_address_leads_as_far_as_there_is_something(open_page, service) -> None:
    page = open_page(service, address="#zoom=serve;gone;write")
    assert width(page, "serve") == pytest.approx(1180, abs=1)


def test_matches_are_gone_through_in_both_directions(open_page, service) -> None:
    page = open_page(service)
    page.keyboard.press("Control+f")
    page.keyboard.type("logRequest|tick")
    result, details = page.locator("output"), page.locator("header p")
    expect(result).to_have_text("80.0 % matched")
    page.keyboard.press("Enter")
    expect(result).to_have_text("1 of 3 · 80.0 % matched")
    expect(details).to_contain_text("logRequest · /srv/app/node_modules/morgan/index.js:122")
    expect(page.locator("#cursor")).to_have_attribute(
        "y", box(page, "logRequest").get_attribute("y")
    )
    page.get_by_role("button", name="Next match").click()
    page.get_by_role("button", name="Next match").click()
    expect(result).to_have_text("3 of 3 · 80.0 % matched")
    expect(details).to_contain_text("tick")
    page.get_by_role("searchbox").press("Enter")
    expect(result).to_have_text("1 of 3 · 80.0 % matched")
    page.get_by_role("searchbox").press("Shift+Enter")
    expect(result).to_have_text("3 of 3 · 80.0 % matched")
    page.get_by_role("searchbox").fill("nothing")
    expect(result).to_have_text("0.0 % matched")
    expect(page.get_by_role("button", name="Next match")).to_be_hidden()


def test_a_match_that_cannot_be_seen_is_zoomed_to(open_page) -> None:
    wide = [([("main",), (f"wide{n}",)], 100_000) for n in range(3)]
    page = open_page(profile_of(*wide, ([("main",), ("tiny",), ("leaf",)], 50)))
    page.keyboard.press("Control+f")
    page.keyboard.type("leaf")
    page.keyboard.press("Enter")
    assert width(page, "leaf") == pytest.approx(1180, abs=1)
    expect(page.locator("#cursor")).to_have_attribute("display", "inline")


@pytest.mark.parametrize("options", [None, HEAVY, CHART, APART])
def test_the_share_of_matches_is_of_all_threads(open_page, two_threads, options) -> None:
    page = open_page(two_threads, options=options)
    page.keyboard.press("Control+f")
    page.keyboard.type("^serve$|hash")
    expect(page.locator("output")).to_have_text("71.4 % matched")  # 5 of 7 samples


@pytest.fixture
def difference():
    before = profile_of(([("main",), ("old",)], 20), ([("main",), ("f",)], 80))
    after = profile_of(([("main",), ("f",)], 30), ([("main",), ("new",)], 10))
    return join([before], [after])


def test_a_difference_says_both_shares_and_what_is_gone(open_page, difference) -> None:
    page = open_page(flame_difference(difference))
    assert set(shown(page)) == {"all", "main", "f", "new"}
    box(page, "f").hover()
    expect(page.locator("header p")).to_have_text(
        "f · total 75.0 % (30 samples), base 80.0 % (80 samples), -5.0 points; "
        "self 75.0 %, base 80.0 %, -5.0 points"
    )
    expect(box(page, "new")).to_have_class(re.compile("p3"))
    expect(box(page, "main")).to_have_class(re.compile("z0"))
    notes = page.locator("#notes").text_content()
    assert "gone: 1 function with 20.0 % of self time: old 20.0 %" in notes
    assert "new: 1 function with 25.0 % of self time: new 25.0 %" in notes


@pytest.mark.parametrize("width_by", ["base", "both", "delta"])
def test_what_is_gone_is_drawn_where_it_has_a_width(open_page, difference, width_by) -> None:
    page = open_page(flame_difference(difference, FlameOptions(width_by=width_by)))
    expect(box(page, "old")).to_have_class(re.compile("m3 gone"))
    assert "only in the base" in page.locator("#notes").text_content()


def test_colours_of_functions_are_the_same_wherever_they_are(open_page) -> None:
    before = profile_of(([("a",), ("f",)], 50), ([("b",), ("f",)], 10), ([("c",)], 40))
    after = profile_of(([("a",), ("f",)], 10), ([("b",), ("f",)], 50), ([("c",)], 40))
    graph = flame_difference(join([before], [after]))
    page = open_page(graph, style=FlameStyle(diff_by="function"))
    colors = {title.split("\n")[0]: [] for title in ["f"]}
    for rect in page.locator("#boxes rect").all():
        if rect.text_content().startswith("f\n"):
            colors["f"].append(rect.get_attribute("class"))
    assert colors == {"f": ["z0", "z0"]}


def test_the_script_words_boxes_of_a_difference_as_their_titles(open_page, difference) -> None:
    page = open_page(flame_difference(difference, FlameOptions(width_by="both")))
    for name in ("all", "main", "old", "new"):
        box(page, name).hover()
        title = box(page, name).text_content()
        expect(page.locator("header p")).to_have_text(title.replace("\n", " · "))


@pytest.mark.parametrize("options", [HEAVY, CHART, APART])
def test_hostile_names_stay_text_in_every_layout(open_page, options) -> None:
    names = [*HOSTILE, "right\u202eto left", "x" * 100_000, "a;b&c=d:2%"]
    profile = threads_of(
        [([name], 10 * n) for n, name in enumerate(names)],
        [([HOSTILE[0]], 0)],
        names=(HOSTILE[0], HOSTILE[1]),
    )
    page = open_page(profile, options=options, style=FlameStyle(HOSTILE[2]))
    for n in range(1, page.locator("#boxes rect").count()):
        page.locator("#boxes rect").nth(n).dispatch_event("click")
        address = fragment(page)
        page.keyboard.press("Escape")
        again = page.evaluate("address => { location.hash = address; }", address)
        assert again is None
        page.keyboard.press("Escape")
    assert page.evaluate("window.pwned") is None
    assert page.locator("script").count() == 2
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_a_chart_has_its_times(open_page, two_threads) -> None:
    page = open_page(two_threads, options=CHART, java_script_enabled=False)
    assert page.locator("#axis text").all_text_contents()[:3] == ["0", "10 ms", "20 ms"]
    assert {"main", "worker", "serve", "hash"} <= set(labels(page))
