"""The page of a profile in a real browser: hostile names and links, and odd profiles."""

from __future__ import annotations

import pytest
from building import profile_of
from pages import Flame
from playwright.sync_api import expect

from profkit.render.page import PageOptions

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


@pytest.mark.parametrize(
    "fragment",
    [
        "#view=<script>&fn=-1&valueType=99&threads=7.x&range=9-1&zoom=99999.1&idle=toString&by=toString",
        "#view=__proto__&focus=(&hide=%2399999999&ignore=%0A%0A&sort=%3Cimg%20src%3Dx%3E&%",
        "#range=1e400-Infinity&zoom=1..2.&search=(((",
    ],
)
def test_a_hostile_link_does_no_harm(open_html, service, fragment) -> None:
    page = open_html(service, fragment=fragment)
    expect(page.locator("#about")).to_contain_text("1,000 samples")
    expect(Flame(page, service).hover("tick")).to_contain_text("tick · total 400 samples")


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
