"""From perf's symbols and libraries to functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from profkit.formats.perf.lines import UNKNOWN
from profkit.formats.places import path_of
from profkit.formats.v8names import MARKS, named
from profkit.profile import ABSENT, Kind, Tier

if TYPE_CHECKING:
    from profkit.profile import ProfileBuilder

__all__ = ["INLINED", "intern"]

INLINED = "inlined"
"""What stands for the library where a compiler inlined the function."""

_OFFSET = re.compile(r"\+0x[0-9a-f]+$")
_COMPILED = re.compile(r"(?:.*/)?(?:perf-\d+\.map|jitted-\d+-\d+\.so)")
_V8 = re.compile(
    r"(?:(JS|LazyCompile|Function|Eval|Script):(o?[~^+*]'?)?"
    r"|(Builtin|BytecodeHandler|RegExp|Stub|Handler):)(.*)",
    re.DOTALL,
)
_TIERS = {tier.mark: tier for tier in Tier}


def intern(
    symbol: str, library: str, place: tuple[str, int] | None, builder: ProfileBuilder
) -> list[int]:
    """Return the numbers of the frames that a line stands for, the caller first.

    ``place`` is the file and the line executed, where they are known. Code that a runtime compiled
    and listed in ``perf-PID.map`` has what it inlined in its name, with ``->`` between.
    """
    symbol = _OFFSET.sub("", symbol)
    if _COMPILED.fullmatch(library):
        if found := _from_v8(symbol, builder):
            return [found]
        return [
            builder.frame(builder.function(name, library, kind=Kind.NATIVE))
            for name in symbol.split("->")
            if name
        ] or [builder.frame(builder.function(symbol, library, kind=Kind.NATIVE))]
    if symbol == UNKNOWN and library == UNKNOWN:
        return [builder.frame(builder.function(UNKNOWN))]
    if symbol == UNKNOWN:
        base = library.rpartition("/")[2] or library
        return [builder.frame(builder.function(base, library, kind=Kind.SHARED_LIBRARY))]
    file, line = place or (library if library != UNKNOWN else "", ABSENT)
    return [builder.frame(builder.function(symbol, file, kind=Kind.NATIVE), line)]


def _from_v8(symbol: str, builder: ProfileBuilder) -> int | None:
    match = _V8.fullmatch(symbol)
    if not match:
        return None
    function_type, mark, other_type, label = match.groups()
    is_function = function_type is not None
    name, file, line, column, kind = named(
        function_type or other_type, label, is_function=is_function
    )
    function = builder.function(name, path_of(file), line, column, kind)
    return builder.frame(function, tier=_TIERS[MARKS[mark] if mark else ""])
