"""Which function a call frame is: its name, its file as V8's log would have it, its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profkit.formats import places
from profkit.formats.places import META_KINDS, path_of
from profkit.profile import ABSENT, ANONYMOUS, Kind

if TYPE_CHECKING:
    from profkit.formats.cpuprofile.schema import CallFrame
    from profkit.profile import ProfileBuilder

__all__ = ["intern", "kind_of"]

_WASM = "wasm://"
# All that Node 12 and 14 write of WebAssembly, which is no place.
_WASM_NOWHERE = "wasm "


def intern(call_frame: CallFrame, builder: ProfileBuilder) -> int:
    """Return the number of the function that a call frame is; lines and columns from 1."""
    line, column = (
        ABSENT if place is None or place < 0 else place + 1
        for place in (call_frame.line_number, call_frame.column_number)
    )
    return builder.function(
        call_frame.function_name or ANONYMOUS,
        "" if call_frame.url == _WASM_NOWHERE else path_of(call_frame.url or ""),
        line,
        column,
        kind_of(call_frame),
    )


def kind_of(call_frame: CallFrame) -> Kind:
    """Tell what sort of code a call frame is, from what V8 leaves out of it.

    A file that is not JavaScript's by its name is told by that: such a profile was converted.
    """
    name = call_frame.function_name or ""
    if url := call_frame.url:
        if url.startswith((_WASM, _WASM_NOWHERE)):
            return Kind.WASM
        path = path_of(url)
        told = Kind.UNKNOWN if "://" in path else places.kind_of(name, path)
        return Kind.JS if told == Kind.UNKNOWN else told
    if kind := META_KINDS.get(name):
        return kind
    if name.startswith("RegExp: "):
        return Kind.REGEXP
    has_place = call_frame.line_number is not None and call_frame.line_number >= 0
    return Kind.JS if has_place else Kind.BUILTIN
