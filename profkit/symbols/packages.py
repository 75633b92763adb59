"""Which package a function belongs to, told from its file's path."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, Kind

if TYPE_CHECKING:
    from profkit.profile import Profile

__all__ = ["APP", "assign_packages", "package_of"]

APP = "(app)"
NODE = "node:"
STDLIB = "python:"

_NODE_MODULES = "/node_modules/"
_DISTRIBUTIONS = re.compile(r"(?:^|/)(?:site|dist)-packages/([^/]+?)(?:\.py)?(?:/|$)")
_PYTHON_LIBRARY = re.compile(r"(?:^|/)lib/python[0-9.]+/|^<frozen [\w.]+>$")
_LEGACY_NODE_CORE = re.compile(r"^(?:internal/)?[\w-]+(?:/[\w-]+)*\.js$")


def package_of(file: str, kind: int = Kind.UNKNOWN) -> str:
    """Return the package of a file, or the empty string where the path does not tell.

    npm packages are named as in ``package.json`` (``morgan``, ``@scope/name``; the innermost of
    nested ones), Python distributions by their folder, Node's own modules ``node:``, Python's
    ``python:``, and everything else that has a path :data:`APP`.
    """
    file = file.replace("\\", "/")
    if not file or kind in (Kind.SHARED_LIBRARY, Kind.NATIVE):
        return ""
    if file.startswith("node:"):
        return NODE
    if _NODE_MODULES in file or file.startswith("node_modules/"):
        return _npm_package(file.rpartition("node_modules/")[2])
    if match := _DISTRIBUTIONS.search(file):
        return match.group(1)
    if _PYTHON_LIBRARY.search(file):
        return STDLIB
    if kind in (Kind.JS, Kind.BUILTIN) and _LEGACY_NODE_CORE.match(file):
        return NODE
    return APP


def _npm_package(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if path.startswith("@") else parts[0]


def assign_packages(profile: Profile) -> Profile:
    """Fill in the package of each function that has none yet."""
    functions = profile.functions
    open_rows = np.flatnonzero((functions.package == ABSENT) & (functions.file != ABSENT))
    if not len(open_rows):
        return profile
    strings = {text: n for n, text in enumerate(profile.strings)}
    places = np.unique(
        np.stack([functions.file[open_rows], functions.kind[open_rows]]), axis=1, return_inverse=True
    )
    (files, kinds), place_of = places
    packages = np.full(len(files), ABSENT, np.int32)
    for row, (file, kind) in enumerate(zip(files.tolist(), kinds.tolist(), strict=True)):
        name = package_of(profile.strings[file], kind)
        if name:
            packages[row] = strings.setdefault(name, len(strings))
    column = functions.package.copy()
    column[open_rows] = packages[place_of]
    return profile.replace(
        strings=tuple(strings), functions=replace(functions, package=column)
    )
