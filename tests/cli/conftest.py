"""Being here puts this folder on the path, and keeps every test from the user's own cache."""

from __future__ import annotations

import pytest
from running import LOG


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in an empty folder, with a cache of one's own and no wishes about colours."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def log(folder):
    """Write a small V8 log into the working directory."""
    (folder / "app.log").write_text(LOG)
    return "app.log"
