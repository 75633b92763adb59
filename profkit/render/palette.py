"""Which colour a box of a flame graph has: a family for what it is, a shade for its name.

The same name has the same colour in every picture. The colours themselves stand in ``flame.css``,
for light and dark pages, as ``.a0``: a family's letter and a shade's number. Families are apart for
colour-blind readers too, if only by their lightness; a test holds that, and that labels can be
read.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, TypeAlias

from profkit.profile import Kind, Tier
from profkit.symbols.packages import APP, RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from profkit.profile import Profile

__all__ = [
    "CHANGE",
    "EVERYTHING",
    "FAMILIES",
    "SCHEMES",
    "Coloring",
    "Scheme",
    "change_swatch",
    "light_colors",
    "swatch",
]

Coloring: TypeAlias = Literal["package", "kind", "tier", "file", "warm"]
"""What the colours of a flame graph tell."""

EVERYTHING = "i0"
"""The colour of what stands for everything."""

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
_WARM = "h"
_WARM_SHADES = 8

_KIND_FAMILIES = {
    "JavaScript": "a",
    "Python": "b",
    "builtins and stubs": "v",
    "regular expressions": "d",
    "WebAssembly": "w",
    "native": "x",
    "shared libraries": "e",
    "garbage collector": "g",
    "program and idle": "i",
    "unknown": "u",
}
_OF_KIND = _BY_KIND | {
    Kind.JS: "a",
    Kind.PYTHON: "b",
    Kind.REGEXP: "d",
    Kind.SHARED_LIBRARY: "e",
    Kind.UNKNOWN: "u",
}
_TIER_FAMILIES = {
    "Ignition (interpreted)": "g",
    "Sparkplug": "u",
    "Maglev": "f",
    "TurboFan (optimised)": "b",
    "other code": "i",
}
_OF_TIER = {
    Tier.NONE: "i",
    Tier.IGNITION: "g",
    Tier.SPARKPLUG: "u",
    Tier.MAGLEV: "f",
    Tier.TURBOFAN: "b",
}
_FILE_FAMILIES = {"each file, by its name": "abcdefgnw", "without a file": "x"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to colour boxes.

    ``legend`` has what the families of colours mean, empty where they mean nothing.
    ``swatch(profile, function, tier)`` is the colour class of a box.
    """

    legend: Mapping[str, str]
    swatch: Callable[[Profile, int, int], str]


def swatch(name: str, kind: int, package: str) -> str:
    """Return the colour class of a function, such as ``b2``, by whose code it is."""
    family = _BY_KIND.get(Kind(kind)) or _BY_PACKAGE.get(package)
    if family is None and package:
        family = _one_of(FAMILIES["packages"], package)
    if family is None:
        # A profile of bare names would be of one colour; more shades keep neighbours apart.
        return f"{_UNPLACED}{_hash(name) % _UNPLACED_SHADES}"
    return _shade(family, name)


def _name(profile: Profile, function: int) -> str:
    return profile.text(int(profile.functions.name[function]))


def _package_swatch(profile: Profile, function: int, tier: int) -> str:  # noqa: ARG001
    functions = profile.functions
    package = profile.text(int(functions.package[function]))
    return swatch(_name(profile, function), int(functions.kind[function]), package)


def _kind_swatch(profile: Profile, function: int, tier: int) -> str:  # noqa: ARG001
    family = _OF_KIND[Kind(profile.functions.kind[function])]
    return _shade(family, _name(profile, function))


def _tier_swatch(profile: Profile, function: int, tier: int) -> str:
    return _shade(_OF_TIER[Tier(tier)], _name(profile, function))


def _file_swatch(profile: Profile, function: int, tier: int) -> str:  # noqa: ARG001
    file = profile.text(int(profile.functions.file[function]))
    found, none = _FILE_FAMILIES.values()
    return _shade(_one_of(found, file) if file else none, _name(profile, function))


def _warm_swatch(profile: Profile, function: int, tier: int) -> str:  # noqa: ARG001
    return f"{_WARM}{_hash(_name(profile, function)) % _WARM_SHADES}"


SCHEMES: dict[Coloring, Scheme] = {
    "package": Scheme(FAMILIES, _package_swatch),
    "kind": Scheme(_KIND_FAMILIES, _kind_swatch),
    "tier": Scheme(_TIER_FAMILIES, _tier_swatch),
    "file": Scheme(_FILE_FAMILIES, _file_swatch),
    "warm": Scheme({}, _warm_swatch),
}

CHANGE = ("m3", "m2", "m1", "m0", "z0", "p0", "p1", "p2", "p3")
"""The colours of a difference, from much less to much more."""

_STEPS = (-0.05, -0.02, -0.005, -0.001, 0.001, 0.005, 0.02, 0.05)


def change_swatch(change: float) -> str:
    """Return the colour class of a change of share: by 0.1, 0.5, 2 and 5 points."""
    # Steps mean the same in both directions: what is as far as the step belongs to what is beyond.
    if change < 0:
        return CHANGE[len(_STEPS) - bisect_right(_STEPS, -change)]
    return CHANGE[bisect_right(_STEPS, change)]


@cache
def light_colors() -> dict[str, str]:
    """Return the colours of light pages by their class, such as ``#eaad6c`` for ``a0``."""
    sheet = resources.files("profkit.render").joinpath("flame.css").read_text("utf-8")
    light = sheet.partition("@media (prefers-color-scheme: dark)")[0]
    return dict(re.findall(r"\.(\w\d) \{ fill: (#\w{6}); \}", light))


def _shade(family: str, name: str) -> str:
    return f"{family}{_hash(name) % _SHADES}"


def _one_of(families: str, text: str) -> str:
    return families[_hash(text) % len(families)]


def _hash(text: str) -> int:
    """Return a number that is the same in every run, unlike Python's own hash."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))
