"""A page's tables in a real browser: what a reader sees, clicks and types."""

from __future__ import annotations

import csv

import pytest
from building import profile_of
from playwright.sync_api import expect

import profkit
from profkit.profile import Kind
from profkit.symbols.packages import APP

HOSTILE = (
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror='window.pwned=1'>",
    "\"'`${window.pwned=1}",
    "=cmd|' /C calc'!A0",
)
SERVE = ("serve", "/srv/app/server.js", 1, 1, Kind.JS, APP)
LOG = ("logRequest", "/srv/app/node_modules/morgan/index.js", 122, 1, Kind.JS, "morgan")
LOG_PLACE = "morgan/index.js:122"
WRITE = ("write", "node:net", 9, 1, Kind.JS, "node:")
PARSE = ("parseBody", "/srv/app/body.js", 7, 1, Kind.JS, APP)
JSON = ("JSON.parse", "", -1, -1, Kind.BUILTIN)
TICK = ("tick", "", -1, -1, Kind.NATIVE)


@pytest.fixture
def open_tables(open_html):
    """Return what opens a profile's page in a state such as ``view=tree``."""

    def show(profile, state="", size=(1440, 900), **context):
        return open_html(profile, fragment=f"#{state}", size=size, **context)

    return show


@pytest.fixture
def service():
    """Return a profile of 1,000 samples with recursion: morgan calls itself through node:net."""
    return profile_of(
        ([SERVE], 100),
        ([SERVE, LOG], 200),
        ([SERVE, LOG, WRITE], 150),
        ([SERVE, LOG, WRITE, LOG], 50),
        ([SERVE, PARSE], 60),
        ([SERVE, PARSE, JSON], 40),
        ([TICK], 400),
    )


def table(page, name=None):
    """Return the table of a name, as those who do not see it find it."""
    return page.locator("[role=grid], [role=treegrid]").and_(
        page.get_by_label(name) if name else page.locator("*")
    )


def rows(page, name=None):
    """Return the texts of each row's cells, but for those that are empty."""
    found = table(page, name).locator(".rows .row:not([hidden])")
    return found.evaluate_all(
        """(rows) => rows.map((row) => [...row.children]
             .map((cell) => (cell.querySelector(".text") ?? cell).textContent).filter(Boolean))"""
    )


def names_of(page, name=None):
    return table(page, name).locator(".rows .row:not([hidden]) .text").all_text_contents()


def row(page, text, name=None):
    return (
        table(page, name)
        .locator(".rows .row:not([hidden])")
        .filter(has=page.locator(".text", has_text=text))
    )


def active(page, name=None):
    return table(page, name).locator(".row.active .text").text_content()


def state_of(page):
    return page.evaluate("location.hash.slice(1)")


def press(page, *keys, name=None):
    table(page, name).focus()
    for key in keys:
        page.keyboard.press(key)


def test_a_ranking_has_the_figures_of_top(open_tables, service) -> None:
    page = open_tables(service, "view=ranking")
    assert rows(page)[:3] == [
        ["400", "40.0", "400", "40.0", "400", "40.0", "tick", "(native)"],
        ["250", "25.0", "400", "40.0", "400", "40.0", "logRequest", "morgan", LOG_PLACE],
        ["150", "15.0", "200", "20.0", "write", "node:", "node:net:9"],
    ]
    page.get_by_role("button", name="total %").click()
    assert names_of(page)[0] == "serve"
    head = page.get_by_role("columnheader", name="total %")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="total %").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert names_of(page)[-1] == "serve"
    assert "sort=-total" in state_of(page)
    page.get_by_label("Rows by").select_option("package")
    assert sorted(names_of(page)) == ["(app)", "(builtin)", "(native)", "morgan", "node:"]


def test_a_real_ranking_has_the_rows_of_top_in_order(open_tables) -> None:
    profile = profkit.load("samples/node/22.23.3/auth-api-logger.cpuprofile.gz")
    page = open_tables(profile, "view=ranking")
    view = profkit.top(profile, profkit.RankingOptions(limit=12))
    shown = [row[:2] for row in rows(page)[:12]]
    assert shown == [
        [f"{value / 1e6:,.1f}", f"{100 * value / view.total:.1f}"]
        for value in view.self_values.tolist()
    ]


def test_a_tree_opens_by_keys(open_tables, service) -> None:
    page = open_tables(service, "view=tree")
    assert names_of(page) == ["serve", "tick"]
    press(page, "Home", "ArrowRight")
    assert names_of(page) == ["serve", "logRequest", "parseBody", "tick"]
    serve = row(page, "serve")
    expect(serve).to_have_attribute("aria-expanded", "true")
    expect(serve).to_have_attribute("aria-level", "1")
    expect(row(page, "parseBody")).to_have_attribute("aria-level", "2")
    expect(row(page, "parseBody")).to_have_attribute("aria-posinset", "2")
    expect(table(page)).to_have_attribute("aria-rowcount", "5")
    press(page, "ArrowDown", "*")  # both of serve's callees
    assert names_of(page) == ["serve", "logRequest", "write", "parseBody", "JSON.parse", "tick"]
    press(page, "ArrowDown")
    assert active(page) == "write"
    expect(row(page, "tick")).not_to_have_attribute("aria-expanded", "false")
    press(page, "ArrowLeft", "ArrowLeft")  # to what calls it, and closed
    assert active(page) == "logRequest"
    assert names_of(page) == ["serve", "logRequest", "parseBody", "JSON.parse", "tick"]
    press(page, "e")
    assert names_of(page)[:4] == ["serve", "logRequest", "write", "logRequest"]
    press(page, "End")
    assert active(page) == "tick"
    press(page, "Home")
    assert active(page) == "serve"


def test_a_held_key_selects_what_it_comes_to(open_tables, service) -> None:
    page = open_tables(service, "view=ranking")
    press(page, "Home")
    for _ in range(3):
        page.keyboard.down("ArrowDown")
    before = state_of(page)
    assert active(page) == "serve"
    page.keyboard.up("ArrowDown")
    assert state_of(page) != before
    page.get_by_role("tab", name="Butterfly").click()
    expect(page.locator("h2")).to_have_text("serve")


def test_a_click_opens_and_closes(open_tables, service) -> None:
    page = open_tables(service, "view=tree")
    row(page, "serve").locator(".twist").click()
    assert names_of(page) == ["serve", "logRequest", "parseBody", "tick"]
    row(page, "serve").locator(".twist").click()
    assert names_of(page) == ["serve", "tick"]
    page.get_by_role("button", name="Open the heaviest path").click()
    assert names_of(page) == ["serve", "logRequest", "write", "logRequest", "parseBody", "tick"]
    assert active(page) == "logRequest"
    page.get_by_role("button", name="Close all").click()
    assert names_of(page) == ["serve", "tick"]


def test_what_is_open_stays_open_under_a_filter(open_tables, service) -> None:
    page = open_tables(service, "view=tree")
    press(page, "Home", "e")
    press(page, "Home")
    table(page).press("ContextMenu")
    page.get_by_role("menuitem", name="Focus").click()
    assert names_of(page) == ["serve", "logRequest", "write", "logRequest", "parseBody"]


def test_the_active_row_is_kept_under_a_filter_and_in_another_order(open_tables, service) -> None:
    page = open_tables(service, "view=tree")
    press(page, "Home", "ArrowRight", "End", "ArrowUp")
    assert active(page) == "parseBody"
    page.get_by_role("button", name="function").click()
    assert names_of(page) == ["serve", "logRequest", "parseBody", "tick"]
    page.get_by_role("button", name="function").click()
    assert names_of(page) == ["tick", "serve", "parseBody", "logRequest"]
    assert active(page) == "parseBody"
    page.evaluate("location.hash += '&focus=serve'")
    expect(row(page, "tick")).to_have_count(0)
    assert active(page) == "parseBody"
    page.evaluate("location.hash += '&ignore=parse'")
    expect(row(page, "parseBody")).to_have_count(0)
    expect(table(page).locator(".row.active:not([hidden])")).to_have_count(0)


def test_heavy_shows_who_called(open_tables, service) -> None:
    page = open_tables(service, "view=heavy")
    press(page, "Home", "ArrowDown", "ArrowRight")
    assert rows(page)[:4] == [
        ["400", "40.0", "tick", "(native)"],
        ["250", "25.0", "logRequest", "morgan", "morgan/index.js:122"],
        ["200", "20.0", "80.0", "serve", "(app)", "app/server.js:1"],
        ["50", "5.0", "20.0", "write", "node:", "node:net:9"],
    ]


def test_a_link_leads_to_a_butterfly(open_tables, service) -> None:
    page = open_tables(service, "view=ranking")
    row(page, "logRequest").dblclick()
    expect(page.locator("h2")).to_have_text("logRequest")
    state = state_of(page)
    page.close()
    page = open_tables(service, state)
    figures = page.locator(".middle").get_by_role("definition").all_text_contents()
    assert figures == ["400 samples (40.0 %)", "250 samples (25.0 %)", "50 samples (5.0 %)"]
    assert rows(page, "Callers") == [["400", "100.0", "serve", "(app)", "app/server.js:1"]]
    assert rows(page, "Callees") == [["150", "37.5", "write", "node:", "node:net:9"]]

    row(page, "write", "Callees").locator(".text").click()
    expect(page.locator("h2")).to_have_text("write")
    assert names_of(page, "Callees") == ["logRequest"]
    expect(page.get_by_text("It calls nothing that took time.")).to_be_hidden()
    page.go_back()
    expect(page.locator("h2")).to_have_text("logRequest")
    press(page, "Home", "Enter", name="Callers")
    expect(page.locator("h2")).to_have_text("serve")
    expect(page.get_by_text("Nothing is known to call it.")).to_be_visible()

    field = page.get_by_role("combobox", name="Find a function")
    field.fill("body.js")
    field.press("Enter")
    expect(page.locator("h2")).to_have_text("parseBody")


def test_search_narrows_a_ranking_and_walks_a_tree(open_tables, service) -> None:
    page = open_tables(service, "view=ranking")
    field = page.get_by_role("searchbox")
    field.fill("morgan|^write")
    assert names_of(page) == ["logRequest", "write"]
    expect(page.get_by_text("2 of 6 functions shown")).to_be_visible()
    field.fill("nothing like it")
    expect(page.get_by_text("Nothing that took time matches the search.")).to_be_visible()
    field.fill("morgan")
    page.get_by_role("tab", name="Tree").click()
    assert names_of(page) == ["serve", "tick"]
    press(page, "n")
    assert names_of(page) == ["serve", "logRequest", "parseBody", "tick"]
    assert active(page) == "logRequest"
    press(page, "n")
    assert names_of(page) == ["serve", "logRequest", "write", "logRequest", "parseBody", "tick"]
    expect(table(page).locator(".row.active")).to_have_attribute("aria-level", "4")
    press(page, "n")  # there is none further on
    expect(table(page).locator(".row.active")).to_have_attribute("aria-level", "4")
    press(page, "N")
    expect(table(page).locator(".row.active")).to_have_attribute("aria-level", "2")
    expect(table(page).locator(".row.match:not([hidden])")).to_have_count(2)


def test_rows_leave_the_page_as_text_and_as_a_file(open_tables, service) -> None:
    page = open_tables(service, "view=tree", permissions=["clipboard-read", "clipboard-write"])
    press(page, "Home", "e", "Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split("\n")[1] == "50\t50\tlogRequest\tmorgan\tmorgan/index.js:122"
    table(page).press("ContextMenu")
    page.get_by_role("menuitem", name="Copy stack").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split("\n") == [
        "serve  app/server.js:1",
        "logRequest  morgan/index.js:122",
        "write  node:net:9",
        "logRequest  morgan/index.js:122",
    ]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    assert waiting.value.suggested_filename == "test.profile.tree.csv"
    with waiting.value.path().open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["level", "total samples", "self samples", "function", "package", "place"]
    assert lines[2] == ["2", "400", "200", "logRequest", "morgan", "morgan/index.js:122"]
    assert len(lines) == 7


def test_hostile_names_are_only_text(open_tables) -> None:
    profile = profile_of(
        *(([(name, f"/srv/{name}", n + 1, 1, Kind.JS, name)], 10) for n, name in enumerate(HOSTILE))
    )
    page = open_tables(profile, permissions=["clipboard-read", "clipboard-write"])
    for view in ("heavy", "tree", "ranking", "butterfly", "lines", "about"):
        page.evaluate("(view) => { location.hash = `view=${view}`; }", view)
        expect(page.locator(f"#view[data-view={view}]")).to_be_visible()
    page.evaluate("location.hash = 'view=ranking'")
    assert sorted(names_of(page)) == sorted(HOSTILE)
    page.get_by_role("button", name="Copy").click()
    assert "\n10\t10\t10\t'=cmd" in page.evaluate("navigator.clipboard.readText()")
    assert page.evaluate("window.pwned") is None


def test_a_long_name_is_cut_and_told_in_bounds(open_tables) -> None:
    page = open_tables(profile_of(([("f" * 5000,)], 1)), "view=tree")
    name = row(page, "f").locator(".name")
    assert len(name.get_attribute("title")) <= 1001
    assert name.bounding_box()["width"] < 800


def test_hundred_thousand_rows_are_few_elements(open_tables) -> None:
    profile = profile_of(*(([(f"f{n:06}",)], 1) for n in range(100_000)))
    page = open_tables(profile, "view=tree")
    expect(table(page)).to_have_attribute("aria-rowcount", "100001")
    assert page.locator(".rows .row").count() < 100
    press(page, "End")
    assert active(page) == "f099999"
    expect(table(page).locator(".row.active")).to_be_in_viewport()
    press(page, "PageUp", "ArrowUp")
    expect(table(page).locator(".row.active")).to_be_in_viewport()
    press(page, "Home")
    assert active(page) == "f000000"
    table(page).evaluate("(grid) => { grid.scrollTop = grid.scrollHeight / 2; }")
    expect(row(page, "f050000")).to_be_in_viewport()


def test_rows_stay_in_order_while_they_are_scrolled(open_tables) -> None:
    profile = profile_of(*(([(f"f{n:06}",)], 1) for n in range(1000)))
    page = open_tables(profile, "view=ranking")
    for by in (50, 400, 3000, -100, -800, 90, -2000, 20_000, -30):
        table(page).evaluate("(grid, by) => { grid.scrollTop += by; }", by)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        shown = [int(name[1:]) for name in names_of(page)]
        assert shown == list(range(shown[0], shown[0] + len(shown)))
        top = table(page).evaluate("(grid) => grid.scrollTop / 24")
        assert shown[0] <= top <= shown[-1] - 25
        ids = page.locator(".rows .row[id]").evaluate_all("(rows) => rows.map((row) => row.id)")
        assert len(ids) == len(set(ids)) == len(shown)


def test_deep_stacks_stay_in_the_window(open_tables) -> None:
    profile = profile_of(([(f"f{n}",) for n in range(300)], 1))
    page = open_tables(profile, "view=tree", size=(390, 844))
    press(page, "Home", "e")
    assert active(page) == "f299"
    expect(table(page).locator(".row.active")).to_have_attribute("aria-level", "300")
    box = table(page).locator(".row.active .text").bounding_box()
    assert box["x"] + 30 < 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("view", ["heavy", "tree", "ranking", "butterfly", "lines", "about"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_every_view(open_tables, service, view, scheme) -> None:
    page = open_tables(service, f"view={view}", size=(390, 844), color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(255, 255, 255)") == (scheme == "light")
    if view in ("heavy", "tree", "ranking"):
        name = page.locator(".rows .name").first.bounding_box()
        place = page.locator(".rows .place").first.bounding_box()
        assert place["y"] >= name["y"] + 15
        assert name["width"] > 200


@pytest.mark.parametrize("view", ["heavy", "tree", "ranking", "lines", "butterfly"])
def test_an_empty_profile_says_so(open_tables, view) -> None:
    page = open_tables(profile_of(), f"view={view}")
    expect(page.get_by_text("No sample has any value.")).to_be_visible()


def test_a_single_frame_is_a_row(open_tables) -> None:
    page = open_tables(profile_of(([("main",)], 3)), "view=heavy")
    assert rows(page) == [["3", "100.0", "main", "(unknown)"]]
    page.get_by_role("tab", name="Butterfly").click()
    expect(page.get_by_text("Nothing is known to call it.")).to_be_visible()
    expect(page.get_by_text("It calls nothing that took time.")).to_be_visible()


def test_lines_stand_beside_their_source(open_tables) -> None:
    options = profkit.ReadOptions(lines=True, sources=True)
    profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz", options=options)
    page = open_tables(profile, "view=lines&file=/srv/auth-api/lib/auth.js", size=(1440, 2400))
    expect(page.get_by_role("heading", name="/srv/auth-api/lib/auth.js")).to_be_visible()
    shown = {cells[-2]: cells for cells in rows(page, "Lines") if len(cells) > 2}
    view = profkit.lines(profile, profkit.LinesOptions("lib/auth.js"))
    text = profkit.source_text(profile, "/srv/auth-api/lib/auth.js").lines
    assert len(view.line) == 6
    for line, total in zip(view.line.tolist(), view.total_values.tolist(), strict=True):
        assert shown[str(line)][-1] == text[line - 1]
        assert str(total) in shown[str(line)][:-2]


def test_unknown_lines_are_said_to_be_unknown(open_tables, service) -> None:
    page = open_tables(service, "view=lines")
    expect(page.get_by_text("The recording tells no lines of it, only functions.")).to_be_visible()
    expect(page.get_by_text("The recording does not hold its text.")).to_be_visible()
    expect(page.get_by_text("44.0 % in code without a source")).to_be_visible()


def test_about_tells_what_was_lost(open_tables) -> None:
    profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz")
    page = open_tables(profile, "view=about")
    dropped = page.get_by_role("row").filter(has_text="dropped").first
    expect(dropped).to_contain_text("3,849")
    expect(dropped).to_contain_text("callers in functions that the log never names")
    expect(page.get_by_text("V8 12.4.254.21-node.57").last).to_be_visible()
