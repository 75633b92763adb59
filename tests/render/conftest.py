"""What tests of pages and pictures share: a real browser."""

from __future__ import annotations

import os
import shutil

import pytest
from building import profile_of
from playwright.sync_api import expect, sync_playwright

from profkit.profile import Kind
from profkit.render.flame_svg import flame_svg
from profkit.render.page import flame_html
from profkit.symbols.packages import APP
from profkit.views.flame import FlameGraph, flame

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser():
    executable = os.environ.get("PROFKIT_CHROMIUM") or shutil.which("chromium")
    if not executable:
        pytest.fail("Chromium is needed: install chromium, or name it in PROFKIT_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_html(browser, tmp_path):
    """Return what opens a profile's page, at a fragment such as ``#view=chart``.

    A test fails where a script does, where the console has an error or a warning, where a dialog
    opens, and where anything is asked of a network.
    """
    contexts, errors = [], []

    def note_request(request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            errors.append(f"asked for {request.url}")

    def note_message(message) -> None:
        if message.type in ("error", "warning"):
            errors.append(message.text)

    def show(profile, options=None, *, fragment="", size=(1200, 800), **context):
        file = tmp_path / "page.html"
        file.write_bytes(b"".join(flame_html(profile, options)))
        width, height = size
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **context))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", note_message)
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.on("request", note_request)
        page.goto(f"{file.as_uri()}{fragment}")
        expect(page.locator("#app:not([aria-busy])")).to_be_visible()
        return page

    yield show
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def open_page(browser, tmp_path):
    """Return what opens a profile's picture; a test fails where the page's script does."""
    contexts, errors = [], []

    def show(profile, *, style=None, size=(1200, 800), options=None, address="", **context):
        file = tmp_path / "picture.svg"
        graph = profile if isinstance(profile, FlameGraph) else flame(profile, options)
        file.write_text(flame_svg(graph, graph.profile, style), encoding="utf-8")
        width, height = size
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **context))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.goto(file.as_uri() + address)
        return page

    yield show
    for context in contexts:
        context.close()
    assert not errors


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
