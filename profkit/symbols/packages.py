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

__all__ = ["APP", "NODE", "STDLIB", "assign_packages", "owned", "package_of"]

APP = "(app)"
NODE = "node:"
STDLIB = "python:"

# Greedy to the innermost folder, which is where pnpm and nested installations have the package.
_NPM = re.compile(r"(?:.*/)?node_modules/(@[^/]+/[^/]+|[^@/][^/]*)/")
_DISTRIBUTION = re.compile(r"(?:^|/)(?:site|dist)-packages/([^/.]+)")
_PYTHON_LIBRARY = re.compile(
    r"(?:^|/)lib/(?:python|pypy)[0-9.]+t?/"  # /usr/lib/python3.11/, and t for free-threaded
    r"|(?:^|/)(?i:python)[0-9]+/Lib/"  # C:/Python311/Lib/
    r"|(?:^|/)python[0-9]+\.zip/"  # the embeddable Python for Windows
    r"|^<frozen [\w.]+>$"
)
_IMPORTED_FROM = re.compile(r"([^/:.]+)(/(?:[^/:]+/)*[^/:]+)?\.py")

# Before Node 15, Node's own modules had no scheme: _debugger.js to zlib.js, and all in internal/.
# What V8 itself had in JavaScript before Node 10 is "native array.js".
_OLD_NODE = re.compile(
    r"(?:native .+|internal/.+|node-inspect/.+|_(?:debug|http|linklist|stream|tls)\w*"
    r"|(?:assert|fs|dns|path|stream|timers|util)(?:/\w+)?"
    r"|async_hooks|bootstrap_node|buffer|child_process|cluster|console|constants|crypto|dgram"
    r"|diagnostics_channel|domain|events|http|http2|https|inspector|module|net|os|perf_hooks"
    r"|process|punycode|querystring|readline|repl|string_decoder|sys|tls|trace_events|tty|url|v8"
    r"|vm|wasi|worker_threads|zlib)\.js"
)


def package_of(file: str, kind: int = Kind.UNKNOWN) -> str:
    """Return the package of a file, or the empty string where the path does not tell.

    npm packages are named as in ``package.json`` (``morgan``, ``@scope/name``; the innermost of
    nested ones), Python distributions by their folder, Node's own modules ``node:``, Python's
    ``python:``, and everything else that has a path :data:`APP`. A Python path that begins where
    it is imported from, as py-spy writes it, names its first folder (``werkzeug/serving.py``).

    >>> package_of("/srv/api/node_modules/@hapi/boom/lib/index.js")
    '@hapi/boom'
    """
    path = file.replace("\\", "/")
    if match := _NPM.match(path) or _DISTRIBUTION.search(path):
        return match[1]
    if kind in (Kind.SHARED_LIBRARY, Kind.NATIVE):
        return ""
    if path.startswith("node:") or _OLD_NODE.fullmatch(path):
        return NODE
    if _PYTHON_LIBRARY.search(path):
        return STDLIB
    if match := _IMPORTED_FROM.fullmatch(path):
        return _imported(*match.groups())
    return "" if path.startswith("<") else APP if path else ""


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

    Node's and Python's own modules are the runtime, as is all that has no package: builtins,
    shared libraries, garbage collection.
    """
    packages = profile.functions.package
    runtime = [n for n, text in enumerate(profile.strings) if text in (NODE, STDLIB)]
    answer: npt.NDArray[np.bool_] = (packages != ABSENT) & ~np.isin(packages, runtime)
    return answer
