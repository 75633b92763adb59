"""What the label of a frame tells: ``main (service.py:12)``, ``LazyCompile:*f /srv/a.js:3:4``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from profkit.formats.places import kind_of, native_of, path_of
from profkit.profile import ABSENT, ANONYMOUS, Kind, Tier

if TYPE_CHECKING:
    from profkit.profile import ProfileBuilder

__all__ = ["intern"]

# py-spy: name (file:line), and name (file) for native code.
_IN_PARENTHESES = re.compile(r"(.+) \(([^()]+?):(\d{1,9})(?::(\d{1,9}))?\)", re.DOTALL)
_WITHOUT_LINE = re.compile(
    r"(.+) \(([^()\s]+\.(?:pyx?|pyd|so(?:\.[\d.]+)?|dylib|dll)|<frozen [^()]+>)\)", re.DOTALL
)
# V8's names for perf: LazyCompile:*name file:line:column, where the function begins; and profkit's
# own for Python, where the recording tells that, as cProfile does.
_AT_ITS_BEGIN = re.compile(
    r"(?:(?:LazyCompile|Function|Eval|Script|JS):([~^+*]?))?(.*) "
    r"(\S+\.(?:[cm]?[jt]sx?|pyx?)|node:\S+?):(\d{1,9})(?::(\d{1,9}))?",
    re.DOTALL,
)
# py-spy's native code that lies in no library it knows.
_NOWHERE = re.compile(r"0x[0-9a-f]{1,16} \(\?\)")
_TIERS = {tier.mark: tier for tier in Tier}


def intern(label: str, builder: ProfileBuilder) -> int:
    """Return the number of the frame that a label stands for.

    A function is a name in a file; the line that py-spy writes is the one being executed, so it
    belongs to the frame. The line that stands without parentheses is where a function begins.
    """
    if match := _IN_PARENTHESES.fullmatch(label):
        name, file, line, column = match.groups()
        function = builder.function(name, path_of(file), kind=kind_of(name, file))
        return builder.frame(function, int(line) or ABSENT, int(column or ABSENT))
    if match := _WITHOUT_LINE.fullmatch(label):
        name, file = match.groups()
        name, kind = native_of(name, file) or (name, kind_of(name, file))
        return builder.frame(builder.function(name, file, kind=kind))
    if match := _AT_ITS_BEGIN.fullmatch(label):
        mark, name, file, line, column = match.groups()
        kind = Kind.PYTHON if file.endswith((".py", ".pyx")) else Kind.JS
        function = builder.function(
            name or ANONYMOUS, path_of(file), int(line), int(column or ABSENT), kind
        )
        return builder.frame(function, tier=_TIERS[mark or ""])
    if _NOWHERE.fullmatch(label):
        return builder.frame(builder.function("[unknown]", kind=Kind.NATIVE))
    return builder.frame(builder.function(label, kind=kind_of(label, "")))
