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
    # as yarn 4 laid out @hapi/boom, and debug: in zips (PnP), unplugged, and with its pnpm linker
    "/srv/.yarn/cache/@hapi-boom-npm-10.0.1-306fb2f69f-e4ae8a69bb.zip/node_modules/@hapi/boom/lib"
    "/index.js": "@hapi/boom",
    "/srv/.yarn/unplugged/debug-virtual-d68574b600/node_modules/debug/src/node.js": "debug",
    "/srv/.yarn/__virtual__/debug-virtual-d68574b600/0/cache/debug-npm-2.6.9-7d4cb597dc.zip"
    "/node_modules/debug/src/node.js": "debug",
    "/srv/.pnp.cjs": "@yarnpkg/pnp",
    "/srv/node_modules/.store/@hapi-boom-npm-10.0.1-306fb2f69f/package/lib/x.js": "@hapi/boom",
    "/srv/node_modules/.store/debug-virtual-d68574b600/package/src/node.js": "debug",
    "/srv/node_modules/.store/npm-run-all-npm-4.1.5-6e2a1e8d0c/package/x.js": "npm-run-all",
    "/srv/node_modules/.store/a-npm-1.0.0-6e2a1e8d0c/package/node_modules/b/x.js": "b",
    # Bun, Deno, Debian
    "/srv/node_modules/.bun/debug@2.6.9/node_modules/debug/src/node.js": "debug",
    "/srv/.bun/install/cache/lodash@4.17.21@@@1/lodash.js": "lodash",
    "/srv/.bun/install/cache/@hapi/boom@10.0.1@@@1/lib/index.js": "@hapi/boom",
    "/srv/deno-cache/npm/registry.npmjs.org/@hapi/boom/10.0.1/lib/index.js": "@hapi/boom",
    "/srv/deno-cache/npm/registry.npmjs.org/ms/2.1.3/index.js": "ms",
    "/srv/node_modules/.deno/ms@2.1.3/node_modules/ms/index.js": "ms",
    "ext:deno_node/path/_posix.ts": "deno:",
    "/usr/share/nodejs/lodash/map.js": "lodash",
    "/usr/share/nodejs/@types/x/y.js": "@types/x",
    # bundlers
    "webpack://app/./node_modules/@hapi/boom/lib/index.js": "@hapi/boom",
    "webpack://app/./src/main.ts": APP,
    "webpack://app/webpack/bootstrap": "webpack",
    "webpack://app/webpack/runtime/define property getters": "webpack",
    "webpack-internal:///./node_modules/lodash/map.js": "lodash",
    "webpack-internal:///(rsc)/./node_modules/next/dist/x.js": "next",
    "webpack-internal:///./src/main.js": APP,
    "http://localhost:5173/node_modules/.vite/deps/lodash-es.js?v=1a2b3c4d": "lodash-es",
    "http://localhost:5173/node_modules/.vite/deps/@hapi_boom.js?v=1a2b3c4d": "@hapi/boom",
    "/srv/node_modules/.vite/deps_ssr/react-dom_client.js": "react-dom",
    "/srv/node_modules/.vite/deps/chunk-PLDDJCW6.js": ".vite",
    "../../node_modules/lodash-es/_arrayMap.js": "lodash-es",
    # the web
    "https://esm.sh/lodash@4.17.21/es2022/lodash.mjs": "lodash",
    "https://esm.sh/stable/react@18.3.1/es2022/react.mjs": "react",
    "https://esm.sh/v135/@hapi/boom@10.0.1/es2022/boom.mjs": "@hapi/boom",
    "https://unpkg.com/react@18/umd/react.production.min.js": "react",
    "https://cdn.jsdelivr.net/npm/@hapi/boom@10/lib/index.js": "@hapi/boom",
    "https://cdn.jsdelivr.net/npm/lodash/lodash.min.js": "lodash",
    "https://cdn.skypack.dev/-/lodash@v4.17.21-K6GE/dist=es2019,mode=imports/lodash.js": "lodash",
    "https://ga.jspm.io/npm:react@18.2.0/index.js": "react",
    "https://cdnjs.cloudflare.com/ajax/libs/lodash.js/4.17.21/lodash.min.js": "lodash.js",
    "https://ajax.googleapis.com/ajax/libs/jquery/3.7.1/jquery.min.js": "jquery",
    "https://jsr.io/@std/path/1.0.8/mod.ts": "@std/path",
    "https://deno.land/std@0.224.0/path/mod.ts": "std",
    "https://deno.land/x/oak@v12.6.1/mod.ts": "oak",
    "chrome-extension://cjpalhdlnbpafiamejdnhcphjbkeiagm/js/content.js": (
        "chrome-extension://cjpalhdlnbpafiamejdnhcphjbkeiagm"
    ),
    "chrome-extension://cjpalhdl/node_modules/lodash/map.js": "chrome-extension://cjpalhdl",
    "safari-web-extension://A-1/x.js": "safari-web-extension://A-1",
    # no packages, though they look like some
    "/srv/old_node_modules/morgan/index.js": APP,
    "/srv/node_modules.bak/index.js": APP,
    "/srv/node_modules/loose.js": APP,
    "/srv/node_modules/.cache/webpack/x.js": APP,
    "/srv/npm/app/1.0/x.js": APP,
    "https://unpkg.example/react@18/umd/react.js": APP,
    "/srv/api/node_modules/a/old_node_modules/x.js": "a",
    # Node
    "node:fs": "node:",
    "node:internal/process/task_queues": "node:",
    "fs.js": "node:",
    "_stream_writable.js": "node:",
    "_http_outgoing.js": "node:",
    "bootstrap_node.js": "node:",
    "internal/process/next_tick.js": "node:",
    "v8/tools/splaytree.js": "node:",
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
    "/srv/lib/python3.11/site-packages/flask-3.0-py3.11.egg/flask/app.py": "flask",
    "/srv/lib/python3.11/site-packages/pip/_vendor/requests/api.py": "pip",
    "/srv/conda/envs/web/lib/python3.11/site-packages/numpy/lib/io.py": "numpy",
    "/srv/conda/envs/web/lib/python3.11/asyncio/events.py": "python:",
    r"C:\Users\me\miniconda3\Lib\json\decoder.py": "python:",
    r"C:\Users\me\miniconda3\Lib\threading.py": "python:",
    r"C:\Users\me\miniconda3\Lib\site-packages\yaml\nodes.py": "yaml",
    r"C:\Users\me\shop\Lib\prices.py": APP,
    r"C:\Users\me\shop\Lib\http\server.js": APP,
    "/usr/lib64/python3.12/json/decoder.py": "python:",
    "/Library/Frameworks/Python.framework/Versions/3.11/lib/python3.11/json/decoder.py": "python:",
    "/srv/wheels/click-8.1.7-py3-none-any.whl/click/core.py": "click",
    "/srv/shop.pyz/click/core.py": "click",
    "/srv/shop.pyz/__main__.py": APP,
    "/srv/shop/src/shop/prices.py": APP,  # installed with pip install -e
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
