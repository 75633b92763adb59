"""Categories, by which the Firefox Profiler colours what it draws: kinds, and below them tiers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import Kind, Tier

if TYPE_CHECKING:
    from profkit.profile.columns import IndexColumn

__all__ = ["CATEGORIES", "category_of", "subcategory_of"]

# The colours are of a fixed list; the profiler takes the first grey one for what has no category.
_COLORS = {
    "Other": "grey",
    "JavaScript": "yellow",
    "Builtins": "orange",
    "WebAssembly": "magenta",
    "Native": "blue",
    "Python": "lightblue",
    "Garbage collection": "purple",
    "Idle": "transparent",
}
_KINDS = {
    Kind.JS: "JavaScript",
    Kind.BUILTIN: "Builtins",
    Kind.IC: "Builtins",
    Kind.BYTECODE_HANDLER: "Builtins",
    Kind.STUB: "Builtins",
    Kind.REGEXP: "JavaScript",
    Kind.WASM: "WebAssembly",
    Kind.NATIVE: "Native",
    Kind.SHARED_LIBRARY: "Native",
    Kind.PYTHON: "Python",
    Kind.GC: "Garbage collection",
    Kind.IDLE: "Idle",
}
_TIERS = ["Other", *(tier.label.capitalize() for tier in Tier if tier != Tier.NONE)]
_NAMES = list(_COLORS)
_CATEGORY = np.array([_NAMES.index(_KINDS.get(kind, "Other")) for kind in Kind], np.int32)

CATEGORIES = json.dumps(
    [
        {
            "name": name,
            "color": color,
            "subcategories": _TIERS if name == "JavaScript" else ["Other"],
        }
        for name, color in _COLORS.items()
    ]
)
"""The list of all categories, in JSON."""


def category_of(kind: IndexColumn) -> IndexColumn:
    """Return the category of each kind; ``int32``, of the same shape."""
    return _CATEGORY[kind]


def subcategory_of(kind: IndexColumn, tier: IndexColumn) -> IndexColumn:
    """Return the subcategory, which is the tier of JavaScript, else 0; all ``int32``."""
    return np.where(_CATEGORY[kind] == _NAMES.index("JavaScript"), tier, Tier.NONE)
