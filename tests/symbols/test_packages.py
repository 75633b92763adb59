"""Paths of every layout that package managers make, and whose code lies there."""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import profiles

from profkit.profile import ABSENT, Kind, validate
from profkit.symbols.packages import APP, assign_packages, package_of

CASES = {
    # npm
    "/srv/api/node_modules/morgan/index.js": "morgan",
    "/srv/api/node_modules/lodash.merge/index.js": "lodash.merge",
    "/srv/api/node_modules/@hapi/boom/lib/index.js": "@hapi/boom",
    "/srv/api/node_modules/express/node_modules/debug/src/node.js": "debug",
    "/srv/api/node_modules/express/node_modules/@types/x/y.js": "@types/x",
    "/srv/api/node_modules/debug/dist/internal/fs.js": "debug",
    "node_modules/morgan/index.js": "morgan",
    "file:///srv/api/node_modules/morgan/index.mjs": "morgan",
    "http://localhost:5173/node_modules/react/index.js?v=1a2b": "react",
    "webpack:///./node_modules/lodash/map.js": "lodash",
    r"C:\srv\api\node_modules\morgan\index.js": "morgan",
    r"C:\srv\api\node_modules\@hapi\boom\lib\index.js": "@hapi/boom",
    "file:///C:/srv/api/node_modules/morgan/index.js": "morgan",
    # pnpm and yarn
    "/srv/node_modules/.pnpm/a@1.0.0/node_modules/a/lib/x.js": "a",
    "/srv/node_modules/.pnpm/@s+a@1.0.0_b@2/node_modules/@s/a/x.js": "@s/a",
    "/srv/node_modules/.pnpm/a@1.0.0/node_modules/b/x.js": "b",
    "/srv/.yarn/cache/a-npm-1.0.0-6382451519.zip/node_modules/a/x.js": "a",
    # no packages, though they look like some
    "/srv/old_node_modules/morgan/index.js": APP,
    "/srv/node_modules.bak/index.js": APP,
    "/srv/node_modules/loose.js": APP,
    "/srv/api/node_modules/a/old_node_modules/x.js": "a",
    # Node
    "node:fs": "node:",
    "node:internal/process/task_queues": "node:",
    "fs.js": "node:",
    "_stream_writable.js": "node:",
    "_http_outgoing.js": "node:",
    "bootstrap_node.js": "node:",
    "internal/process/next_tick.js": "node:",
    "internal/deps/acorn/acorn/dist/acorn.js": "node:",
    "fs/promises.js": "node:",
    "native array.js": "node:",
    "server.js": APP,
    "lib/server.js": APP,
    "/srv/api/fs.js": APP,
    "/srv/api/internal/auth.js": APP,
    # Python
    "/usr/lib/python3/dist-packages/requests/api.py": "requests",
    "/usr/local/lib/python3.11/dist-packages/werkzeug/serving.py": "werkzeug",
    "/srv/venv/lib/python3.11/site-packages/numpy/lib/io.py": "numpy",
    "/srv/venv/lib/python3.11/site-packages/six.py": "six",
    r"C:\venv\Lib\site-packages\flask\app.py": "flask",
    "site-packages/flask/app.py": "flask",
    "/usr/lib/python3.11/json/decoder.py": "python:",
    "/usr/lib/python3.13t/threading.py": "python:",
    "/opt/lib/pypy3.10/json/decoder.py": "python:",
    r"C:\Python311\Lib\asyncio\events.py": "python:",
    "python311.zip/json/decoder.py": "python:",
    "<frozen importlib._bootstrap>": "python:",
    "<frozen runpy>": "python:",
    "threading.py": "python:",
    "http/server.py": "python:",
    "json/__init__.py": "python:",
    "werkzeug/serving.py": "werkzeug",
    "werkzeug/wrappers/request.py": "werkzeug",
    "service.py": APP,
    "/srv/py-web/service.py": APP,
    "/srv/python3.11/service.py": APP,
    # the web, and what has no path
    "https://cdn.example/x.js": APP,
    "https://cdn.example/http/server.py": APP,
    "http://127.0.0.1:8000/page.js": APP,
    "/srv/api/server.js": APP,
    "evalmachine.<anonymous>": APP,
    "<string>": "",
    "<anonymous>": "",
    "": "",
}


@pytest.mark.parametrize(("file", "package"), CASES.items(), ids=repr)
def test_a_path_tells_its_package(file, package):
    assert package_of(file) == package


@pytest.mark.parametrize("kind", [Kind.NATIVE, Kind.SHARED_LIBRARY])
def test_native_code_is_nobodys_but_an_addons(kind):
    assert package_of("/usr/lib/x86_64-linux-gnu/libc.so.6", kind) == ""
    assert package_of("/opt/node/bin/node", kind) == ""
    addon = "/srv/api/node_modules/bcrypt/build/Release/bcrypt_lib.node"
    assert package_of(addon, kind) == "bcrypt"
    extension = "/usr/lib/python3/dist-packages/_cffi.cpython-311-x86_64-linux-gnu.so"
    assert package_of(extension, kind) == "_cffi"


@given(profiles(hostile=True))
def test_assigning_fills_in_what_is_open_and_nothing_else(profile):
    before, after = profile.functions, validate(assign_packages(profile)).functions
    assigned = assign_packages(profile)
    for row in range(len(before)):
        file, kind = profile.text(before.file[row]), before.kind[row]
        given_package = profile.text(before.package[row])
        expected = given_package or package_of(file, kind)
        assert assigned.text(after.package[row]) == expected
        for column in ("name", "file", "line", "column", "kind"):
            assert getattr(after, column)[row] == getattr(before, column)[row]
    assert (assigned.functions.package == ABSENT).sum() <= (before.package == ABSENT).sum()
    assert assign_packages(assigned).functions.package.tolist() == after.package.tolist()
