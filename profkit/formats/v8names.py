"""V8's names for code, as its logs and perf's maps have them: functions, files and kinds.

Source: V8's ``src/logging/log.cc`` (``AppendCodeCreateHeader``, ``ComputeMarker``).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from profkit.formats.places import path_of
from profkit.profile import ABSENT, ANONYMOUS, Kind

__all__ = ["MARKS", "Named", "named"]

MARKS = {
    before + mark + after: mark for mark in "~^+*" for before in ("", "o") for after in ("", "'")
}
"""What may stand before a function's name, and the mark of the tier in it.

An ``o`` before it is code entered in the middle of a loop, a quote after it is code that depends on
its context.
"""

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


def named(code_type: str, label: str, *, is_function: bool) -> Named:
    """Take V8's name of a code apart: ``logRequest /srv/api/index.js:144:22``.

    ``code_type`` is V8's word for the sort of code, such as ``JS`` or ``Builtin``; ``is_function``
    whether it is one of those that name a function and its place.
    """
    kind = _KINDS.get(code_type)
    if kind is None:
        if code_type.startswith("Wasm"):
            kind = Kind.WASM
        elif is_function:
            kind = Kind.JS
        else:
            kind = Kind.IC if _IC.search(code_type) else Kind.STUB
    elif kind is Kind.BUILTIN and _IC.match(label):
        kind = Kind.IC
    if not is_function:
        return Named(label or ANONYMOUS, "", ABSENT, ABSENT, kind)
    text, line, column = label, ABSENT, ABSENT
    if match := _POSITION.search(text):
        text, line, column = text[: match.start()], int(match[1]), int(match[2])
        place = _PLACE.search(text)
        cut = place.start() if place else text.rfind(" ")
        name, file = (text[:cut], text[cut + 1 :]) if cut >= 0 else (text, "")
    else:
        name, file = text.strip(), ""
    return Named(name or ANONYMOUS, path_of(file), line, column, kind)
