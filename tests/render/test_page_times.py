"""The page of a profile in a real browser: times and threads."""

from __future__ import annotations

import numpy as np
import pytest
from pages import Flame, state_of
from playwright.sync_api import expect

import profkit
from profkit.profile import (
    NANOSECONDS,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
    validate,
)
from profkit.render.page import PageOptions


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
    page = open_html(service, PageOptions(view="chart"))
    expect(page.get_by_role("tab", name="Flame graph")).to_have_attribute("aria-selected", "true")


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
