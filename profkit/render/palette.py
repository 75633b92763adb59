"""Which colour a function has: a family for what it is, a shade for its name.

The same name has the same colour in every picture. The colours themselves stand in ``flame.css``,
for light and dark pages, as ``.a0``: a family's letter and a shade's number.
"""

from __future__ import annotations

import zlib

from profkit.profile import Kind
from profkit.symbols.packages import APP, RUNTIMES

__all__ = ["FAMILIES", "swatch"]

FAMILIES = {
    "app": "a",
    "packages": "bcdef",
    "core and standard library": "n",
    "V8": "v",
    "WebAssembly": "w",
    "native": "x",
    "garbage collector": "g",
    "program and idle": "i",
}
"""What a legend says of the families: those of packages differ by the package's name."""

_BY_KIND = {
    Kind.BUILTIN: "v",
    Kind.IC: "v",
    Kind.BYTECODE_HANDLER: "v",
    Kind.STUB: "v",
    Kind.REGEXP: "v",
    Kind.WASM: "w",
    Kind.NATIVE: "x",
    Kind.SHARED_LIBRARY: "x",
    Kind.GC: "g",
    Kind.PROGRAM: "i",
    Kind.IDLE: "i",
    Kind.ROOT: "i",
}
_BY_PACKAGE = {APP: "a", **dict.fromkeys(RUNTIMES, "n")}
_UNPLACED = "u"
_SHADES = 3
_UNPLACED_SHADES = 6


def swatch(name: str, kind: int, package: str) -> str:
    """Return the colour class of a function, such as ``b2``."""
    family = _BY_KIND.get(Kind(kind)) or _BY_PACKAGE.get(package)
    if family is None and package:
        several = FAMILIES["packages"]
        family = several[_hash(package) % len(several)]
    if family is None:
        # A profile of bare names would be of one colour; more shades keep neighbours apart.
        return f"{_UNPLACED}{_hash(name) % _UNPLACED_SHADES}"
    return f"{family}{_hash(name) % _SHADES}"


def _hash(text: str) -> int:
    """Return a number that is the same in every run, unlike Python's own hash."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
