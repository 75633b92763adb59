"""Which package a function belongs to, told from its file's path."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, Kind
from profkit.profile.columns import unique_rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.profile import Profile

__all__ = ["APP", "NODE", "RUNTIMES", "STDLIB", "assign_packages", "owned", "package_of"]

APP = "(app)"
NODE = "node:"
DENO = "deno:"
STDLIB = "python:"
RUNTIMES = (NODE, DENO, STDLIB)
"""What comes with a runtime, and is nobody's choice."""

_NAME = r"(?P<name>@[^/@]+/[^/@]+|[^@/._][^/@]*)"
# Greedy to the innermost folder, which is where pnpm and nested installations have the package.
_NPM = re.compile(
    r"(?:.*/)?node_modules/(?:"
    r"\.vite/deps\w*/(?P<flat>[^/?]+)\.js|"  # what Vite bundles ahead, a file an entry
    r"\.store/(?P<slug>[^/]+)/package/|"  # yarn with nodeLinker: pnpm
    rf"{_NAME}/)"
)
_STORED = tuple(
    re.compile(pattern.replace("NAME", _NAME))
    for pattern in (
        r"/usr/share/nodejs/NAME/",  # Debian's
        r"(?:.*/)?install/cache/NAME@[^/]+/",  # Bun's
        r"(?:.*/)?npm/[\w.-]+/NAME/[0-9]+\.[0-9]+\.[^/]+/",  # Deno's, by registry
        r"https?://(?:unpkg\.com|cdn\.jsdelivr\.net/npm|jsr\.io)/NAME[@/]",
        r"https?://deno\.land/(?:x/)?NAME@",
        r"https?://esm\.(?:sh|run)/(?:v[0-9]+/|stable/|\*)*NAME(?:[@/]|$)",
        r"https?://cdn\.skypack\.dev/(?:-/)?NAME(?:[@/]|$)",
        r"https?://ga\.jspm\.io/npm:NAME@",
        r"https?://[\w.-]+/ajax/libs/NAME/",  # cdnjs and Google
    )
)
_EXTENSION = re.compile(r"[a-z]+(?:-web)?-extension://[^/]+")
_WEBPACK = re.compile(r"webpack(?:-internal)?://[^/]*/(?:webpack/)+(?:bootstrap|runtime)\b")
_PNP = re.compile(r"(?:.*/)?\.pnp\.c?js")
_SLUG = re.compile(r"(?:@(?P<scope>[^-]+)-)?(?P<name>.+)-(?:npm-[0-9].*|[a-z]+-[0-9a-f]{10})")

_DISTRIBUTION = re.compile(
    r"(?:.*/)?(?:(?:site|dist)-packages|[^/]+\.(?:whl|egg))/([^/.]+)(?!.*\.egg/)"
)
_PYTHON_LIBRARY = re.compile(
    r"(?:^|/)lib(?:64)?/(?:python|pypy)[0-9.]+t?/"  # /usr/lib/python3.11/, and t for free-threaded
    r"|(?:^|/)(?i:python)[0-9]+/Lib/"  # C:/Python311/Lib/
    r"|(?:^|/)python[0-9]+\.zip/"  # the embeddable Python for Windows
    r"|^<frozen [\w.]+>$"
)
_UNVERSIONED_LIBRARY = re.compile(r"(?:.*/)?Lib/([^/.]+)[/.](?:.*\.)?py")
_ZIP_APP = re.compile(r"(?:.*/)?[^/]+\.(?:pyz|pyzw|pex|zip)/([^/.]+)(/.+)?\.py")
_IMPORTED_FROM = re.compile(r"([^/:.]+)(/(?:[^/:]+/)*[^/:]+)?\.py")

# Before Node 15, Node's own modules had no scheme: _debugger.js to zlib.js, and all in internal/.
# What V8 itself had in JavaScript before Node 10 is "native array.js".
_OLD_NODE = re.compile(
    r"(?:native .+|internal/.+|node-inspect/.+|_(?:debug|http|linklist|stream|tls)\w*"
    r"|(?:assert|fs|dns|path|stream|timers|util)(?:/\w+)?"
    r"|async_hooks|bootstrap_node|buffer|child_process|cluster|console|constants|crypto|dgram"
    r"|diagnostics_channel|domain|events|http|http2|https|inspector|module|net|os|perf_hooks"
    r"|process|punycode|querystring|readline|repl|string_decoder|sys|tls|trace_events|tty|url|v8"
    r"|v8/tools/\w+|vm|wasi|worker_threads|zlib)\.js"
)


def package_of(file: str, kind: int = Kind.UNKNOWN) -> str:
    """Return the package of a file, or the empty string where the path does not tell.

    npm packages are named as in ``package.json`` (``morgan``, ``@scope/name``; the innermost of
    nested ones), Python distributions by the module that is imported, Node's own modules ``node:``,
    Deno's ``deno:``, Python's ``python:``, browser extensions by their origin, and everything else
    that has a path :data:`APP`. A Python path that begins where it is imported from, as py-spy
    writes it, names its first folder (``werkzeug/serving.py``).

    >>> package_of("/srv/api/node_modules/@hapi/boom/lib/index.js")
    '@hapi/boom'
    """
    path = file.replace("\\", "/")
    if package := _installed(path):
        return package
    if kind in (Kind.SHARED_LIBRARY, Kind.NATIVE):
        return ""
    if package := _runtime(path):
        return package
    if match := _ZIP_APP.match(path) or _IMPORTED_FROM.fullmatch(path):
        return _imported(*match.groups())
    return "" if path.startswith("<") else APP if path else ""


def _installed(path: str) -> str:
    if match := _EXTENSION.match(path):
        return match[0]
    if package := _npm_package(path):
        return package
    match = _DISTRIBUTION.match(path)
    return match[1] if match else ""


def _runtime(path: str) -> str:
    if path.startswith("node:") or _OLD_NODE.fullmatch(path):
        return NODE
    if path.startswith("ext:"):
        return DENO
    if _PYTHON_LIBRARY.search(path):
        return STDLIB
    match = _UNVERSIONED_LIBRARY.match(path)
    return STDLIB if match and match[1] in sys.stdlib_module_names else ""


def _npm_package(path: str) -> str:
    if match := _NPM.match(path):
        if flat := match["flat"]:
            return _of_flat(flat)
        if slug := match["slug"]:
            return _of_slug(slug)
        return str(match["name"])
    for pattern in _STORED:
        if match := pattern.match(path):
            return str(match["name"])
    if _WEBPACK.match(path):
        return "webpack"
    return "@yarnpkg/pnp" if _PNP.fullmatch(path) else ""


def _of_flat(name: str) -> str:
    """Return the package of an entry that Vite bundled: ``/`` has become ``_`` in its name.

    A part that several entries share (``chunk-``) is nobody's in particular.
    """
    if name.startswith("chunk-"):
        return ".vite"
    scope, _, rest = name.partition("_") if name.startswith("@") else ("", "", name)
    package = rest.partition("_")[0]
    return f"{scope}/{package}" if scope else package


def _of_slug(slug: str) -> str:
    """Return the package that yarn calls ``@hapi-boom-npm-10.0.1-306fb2f69f``.

    A scope ends at the first hyphen: yarn writes no other sign between it and the name.
    """
    match = _SLUG.fullmatch(slug)
    if not match:
        return slug
    return f"@{match['scope']}/{match['name']}" if match["scope"] else match["name"]


def _imported(top: str, below: str | None) -> str:
    if top in sys.stdlib_module_names:
        return STDLIB
    return top if below else APP


def assign_packages(profile: Profile) -> Profile:
    """Fill in the package of each function that has none yet."""
    functions = profile.functions
    open_rows = np.flatnonzero((functions.package == ABSENT) & (functions.file != ABSENT))
    files, kinds = functions.file[open_rows], functions.kind[open_rows]
    first, place_of = unique_rows(files, kinds)
    strings = {text: n for n, text in enumerate(profile.strings)}
    packages = np.full(len(first), ABSENT, np.int32)
    for row, (file, kind) in enumerate(zip(files[first], kinds[first], strict=True)):
        if name := package_of(profile.strings[file], kind):
            packages[row] = strings.setdefault(name, len(strings))
    column = functions.package.copy()
    column[open_rows] = packages[place_of]
    return profile.replace(strings=tuple(strings), functions=replace(functions, package=column))


def owned(profile: Profile) -> npt.NDArray[np.bool_]:
    """Tell which functions belong to a package or the app; shape ``(functions,)``.

    Node's, Deno's and Python's own modules are the runtime, as is all that has no package:
    builtins, shared libraries, garbage collection.
    """
    packages = profile.functions.package
    runtime = [n for n, text in enumerate(profile.strings) if text in RUNTIMES]
    answer: npt.NDArray[np.bool_] = (packages != ABSENT) & ~np.isin(packages, runtime)
    return answer
