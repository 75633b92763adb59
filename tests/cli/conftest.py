"""Being here puts this folder on the path, and keeps every test from the user's own cache."""

from __future__ import annotations

import pytest

LOG = """\
v8-version,12,4,254,21,-node.57,0
profiler,begin,1000
shared-library,/usr/bin/node,0x400000,0x500000,0
code-creation,JS,10,0,0x1000,256,logRequest /srv/api/node_modules/morgan/index.js:144:7,0x9000,*
code-creation,JS,10,0,0x2000,256,handle /srv/api/server.js:12:3,0x9100,*
tick,0x400010,1000,0,0x0,0,0x1010,0x2010
tick,0x400010,2000,0,0x0,0,0x1010,0x2010
tick,0x1020,3000,0,0x0,0,0x2010
tick,0x2020,4000,0,0x0,0
profiler,end
"""


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
