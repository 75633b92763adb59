"""From V8's names for code to functions, files and kinds.

Source: V8's ``src/logging/log.cc`` (``AppendCodeCreateHeader``, ``ComputeMarker``) and
``tools/tickprocessor.mjs``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from profkit.formats.places import path_of
from profkit.profile import ABSENT, ANONYMOUS, Kind, Tier

if TYPE_CHECKING:
    from profkit.formats.v8log.codemap import Code

__all__ = ["Named", "label_of", "name_of", "tier_mark", "tier_of"]

_MARKS = {
    before + mark + after: mark for mark in "~^+*" for before in ("", "o") for after in ("", "'")
}
_MARKS[""] = ""
_TIERS = {tier.mark: tier for tier in Tier}
_KINDS = {
    "Builtin": Kind.BUILTIN,
    "BytecodeHandler": Kind.BYTECODE_HANDLER,
    "RegExp": Kind.REGEXP,
    "Stub": Kind.STUB,
}
_IC = re.compile(r"(?:Keyed)?(?:Load|Store)(?:Global)?IC|CallIC|Handler$")
_POSITION = re.compile(r":(\d{1,9}):(\d{1,9})$")
_PLACE = re.compile(r" (?=(?:native |/|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]*:(?:/|[\w-])))")


class Named(NamedTuple):
    """A function as a profile has it."""

    name: str
    file: str
    line: int
    column: int
    kind: Kind


def tier_mark(field: str) -> str:
    """Return the mark of a tier without what V8 adds to it.

    An ``o`` before it is code entered in the middle of a loop, a quote after it is code that
    depends on its context. Raises ``ValueError``.
    """
    mark = _MARKS.get(field)
    if mark is None:
        raise ValueError(field)
    return mark


def label_of(code: Code, copy: int = 0) -> str:
    """Return the label under which V8's own tool counts ticks in this code.

    ``copy`` tells apart several pieces of code of one name, counted from 0.
    """
    name = code.name
    if code.is_function:
        if not name:
            name = "<anonymous>"
        elif name[0] == " ":
            name = f"<anonymous>{name}"
    elif copy:
        name = f"{name} {{{copy}}}"
    return f"{code.type}: {code.mark}{name}"


def tier_of(code: Code) -> Tier:
    """Return which compiler made the code."""
    return _TIERS.get(code.mark, Tier.NONE)


def name_of(code: Code) -> Named:
    """Take V8's name of a code apart: ``logRequest /srv/api/index.js:144:22``."""
    kind = _KINDS.get(code.type)
    if kind is None:
        if code.type.startswith("Wasm"):
            kind = Kind.WASM
        elif code.is_function:
            kind = Kind.JS
        else:
            kind = Kind.IC if _IC.search(code.type) else Kind.STUB
    elif kind is Kind.BUILTIN and _IC.match(code.name):
        kind = Kind.IC
    if not code.is_function:
        return Named(code.name or ANONYMOUS, "", ABSENT, ABSENT, kind)
    text, line, column = code.name, ABSENT, ABSENT
    if match := _POSITION.search(text):
        text, line, column = text[: match.start()], int(match[1]), int(match[2])
        place = _PLACE.search(text)
        cut = place.start() if place else text.rfind(" ")
        name, file = (text[:cut], text[cut + 1 :]) if cut >= 0 else (text, "")
    else:
        name, file = text.strip(), ""
    return Named(name or ANONYMOUS, path_of(file), line, column, kind)
