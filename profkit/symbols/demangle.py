"""Readable names for what compilers write into symbol tables."""

from __future__ import annotations

import re

__all__ = ["demangled", "without_signature"]

_MANGLED = re.compile(r"_{1,3}Z|\?|_R|R[A-Z]|\$s|_\$s")
_VERSION = re.compile(r"@@?[\w.]+$")
_CLONE = re.compile(
    r" ?(?:\[clone [^\]]*\]|\((?:\.[\w.]+)\))+$|\.(?:constprop|isra|part|cold|lto_priv)[.\w]*$"
)
_QUALIFIERS = re.compile(r"(?: const| volatile| &&?| noexcept)+$")
_OPENING, _CLOSING = "(<[{", ")>]}"


def demangled(symbol: str) -> str:
    """Return the name that a C++ or Rust programmer wrote; other names stay as they are.

    >>> demangled("_ZN2v88internal4Heap14CollectGarbageEv")
    'v8::internal::Heap::CollectGarbage()'
    """
    plain = symbol if symbol.startswith("?") else _VERSION.sub("", symbol)
    if not _MANGLED.match(plain):
        return plain
    from pydemumble import demangle  # noqa: PLC0415 (most profiles need none)

    for candidate in (plain, plain[1:]):  # macOS puts an underscore before each name
        if answer := demangle(candidate):
            return str(answer)
    return plain


def without_signature(name: str) -> str:
    """Leave out a demangled function's parameters, return type and qualifiers.

    >>> without_signature("void node::Parse<int>(std::vector<int> const&) const")
    'node::Parse<int>'
    """
    short = _QUALIFIERS.sub("", _CLONE.sub("", name))
    if not short.endswith(")"):
        return name if "operator" in name else short
    depth, place = 1, len(short) - 1
    while depth and place > 0:
        place -= 1
        depth += (short[place] == ")") - (short[place] == "(")
    head = short[:place]
    if not head or head.endswith("operator"):
        return name
    return head if "operator" in head else head[_after_return_type(head) :]


def _after_return_type(head: str) -> int:
    depth = 0
    for place in range(len(head) - 1, -1, -1):
        letter = head[place]
        if letter in _CLOSING and head[place - 1] != "-":
            depth += 1
        elif letter in _OPENING:
            depth -= 1
        elif letter == " " and not depth:
            return place + 1
    return 0
