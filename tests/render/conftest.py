"""Pages in a real browser."""

from __future__ import annotations

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from profkit.render.page import flame_html

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def chromium():
    executable = os.environ.get("PROFKIT_CHROMIUM") or shutil.which("chromium")
    if not executable:
        pytest.fail("Chromium is needed: install chromium, or name it in PROFKIT_CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_tables(chromium, tmp_path):
    """Return what opens a profile's page at a view; a test fails where the page's script does."""
    contexts, errors = [], []

    def show(profile, fragment="", *, size=(1440, 900), **context):
        file = tmp_path / "page.html"
        file.write_bytes(b"".join(flame_html(profile)))
        width, height = size
        contexts.append(
            chromium.new_context(viewport={"width": width, "height": height}, **context)
        )
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("dialog", lambda dialog: errors.append(dialog.message))
        page.goto(f"{file.as_uri()}#{fragment}")
        page.wait_for_selector("#app:not([aria-busy])")
        return page

    yield show
    for context in contexts:
        context.close()
    assert not errors
