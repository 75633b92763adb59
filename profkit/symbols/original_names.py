"""The name that a function of generated JavaScript has in its source.

V8 says where a function's parameters begin. What a source map has for that place is a name of a
parameter, of a function or of whatever stands before it, so the place alone tells nothing: the text
of the source does, and else the place of the name by which V8 calls the function.

Source: ECMA-262, ``NamedEvaluation`` and the productions of functions, methods and arrow functions;
ECMA-426, whose maps have names for identifiers only.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from profkit.symbols.sourcemap import SourceMap

__all__ = ["name_in_source", "namer"]

_WORD = r"#?[\w$]+"
_QUOTED = r"'[^'\n]{1,99}'|\"[^\"\n]{1,99}\""
_GENERIC = r"(?:<[^()]{0,400}?>\s*)?"
_EXPORT = r"((?:export\s+)?(?:default\s+)?)"
_FUNCTION = re.compile(rf"{_EXPORT}(?:async\s+)?function\b\s*\*?\s*([\w$]+)?\s*{_GENERIC}\(")
_CLASS = re.compile(rf"{_EXPORT}(?:abstract\s+)?class\b\s*((?!extends\b)[\w$]+)?")
_BARE_ARROW = re.compile(r"(?:async\s+)?[\w$]+\s*=>")
_PARAMETERS = re.compile(rf"(?:async\b\s*)?{_GENERIC}\(")
_METHOD = re.compile(
    r"(?:(?:static|async|get|set|public|private|protected|override)\s+)*\*?\s*"
    rf"({_WORD}|{_QUOTED})\s*{_GENERIC}\("
)
_STATEMENTS = frozenset({"if", "for", "while", "switch", "catch", "with", "return", "super"})
_AFTER_KEYWORD = re.compile(r"\b(?:function\b\s*\*?|class)\s*$")
_BEFORE_PARAMETERS = re.compile(rf"({_WORD}|{_QUOTED})?\s*{_GENERIC}$")
_BODY = re.compile(r"\s*[{:]")
_ARROW = re.compile(r"\s*(?:=>|:)")
_NAMED = re.compile(r"[\w$]+")
_BEFORE_BODY = re.compile(r"\bclass\s+([\w$]+)[^{};]*$")
_CLASS_BODY = re.compile(
    r"\bclass\b(?:\s+(?!extends\b|implements\b)([\w$]+))?\s*"
    r"(?:<[^{}]{0,400}>\s*)?(?:(?:extends|implements)\b[^{}]{0,400})?\{"
)

_PREFIX = re.compile(r"(?:\basync\b\s*)?(?:<[^()]{0,400}?>\s*)?$")
_ASSIGNED = re.compile(r"([\w$#.]+)\s*(?::\s*[\w$.<>\[\]|, ]+?)?\s*(?:\|\||&&|\?\?)?=\s*$")
_DECLARED = re.compile(r"\b(?:const|let|var)\s+([\w$]+)\s*:(?:[^=;]|=>)*=\s*$")
_PROPERTY = re.compile(
    rf"[{{,]\s*(?://[^\n]*\n\s*|/\*(?:(?!\*/).)*\*/\s*)*({_WORD}|{_QUOTED})\s*:\s*$", re.DOTALL
)
_DEFAULT = re.compile(r"\bexport\s+default\s*$")
_FARTHEST, _CONTEXT, _LONGEST_PARAMETERS = 20, 400, 5000
_ACCESSOR = re.compile(r"[gs]et ")

_GAPS = tuple(len(text) for text in (
    "", "=", "=function", "=function*", "=async function", "=async function*"
))  # fmt: skip
"""How far before its parameters the name of a function ends in minified code."""


def namer(found: SourceMap) -> Callable[[str, int, int, int], str]:
    """Return what names functions by a source map.

    That takes the name by which V8 calls a function (empty if by none), the line and the column
    where V8 has it, from 1, and its mapping. It returns the empty string where nothing tells.
    """
    starts = cache(lambda source: _line_starts(found.contents[source] or ""))

    def name(generated: str, line: int, column: int, mapping: int) -> str:
        accessor = match[0] if (match := _ACCESSOR.match(generated)) else ""
        last = generated.removeprefix(accessor).rpartition(".")[2]
        place = (line - 1 << 32) + column - 1
        if place - int(found.place[mapping]) > len(last) + _FARTHEST:
            return ""
        answer = ""
        source = int(found.source[mapping])
        text = found.contents[source]
        if text:
            number = int(found.line[mapping])
            begins = starts(source)
            if number < len(begins):
                at = _index(text, begins[number], int(found.column[mapping]))
                answer = name_in_source(text, at, dotted="." in generated)
        answer = answer or _name_entry(found, last, place)
        return accessor + answer if answer and answer != last else ""

    return name


def name_in_source(text: str, at: int, *, dotted: bool = False) -> str:
    """Return the name of the function, if there is one, that has its head or parameters here.

    ``dotted`` asks for what the name belongs to as well, as in ``Stack.push``. The empty string
    where there is no function here, or none with a name.

    >>> name_in_source("const twice = (n) => 2 * n;", 15)
    'twice'
    """
    before = text[max(0, at - _CONTEXT) : at]
    name = _of_head(text, at, before, dotted=dotted)
    if name is None and (match := _METHOD.match(text, at)):
        name = _method(text, match[1], at, match.end() - 1)
    return _of_parameters(text, at, before, dotted=dotted) if name is None else name


def _of_head(text: str, at: int, before: str, *, dotted: bool) -> str | None:
    """Name a function or class whose head begins here, or goes on here after a keyword."""
    for head in (_FUNCTION, _CLASS):
        if match := head.match(text, at):
            return match[2] or _assigned(before + match[1], dotted=dotted)
    if match := _BEFORE_BODY.search(before) if text.startswith("{", at) else None:
        return match[1]
    if _AFTER_KEYWORD.search(before):
        match = _NAMED.match(text, at)
        return match[0] if match else _assigned(_AFTER_KEYWORD.sub("", before), dotted=dotted)
    if _BARE_ARROW.match(text, at):
        return _assigned(before, dotted=dotted)
    if match := _PARAMETERS.match(text, at):
        return _arrow(text, match.end() - 1, before, dotted=dotted)
    return None


def _of_parameters(text: str, at: int, before: str, *, dotted: bool) -> str:
    """Name a function whose first parameter is here."""
    outside = before.rstrip()
    if not outside.endswith("("):
        return ""
    opening = at - len(before) + len(outside) - 1
    outside = outside[:-1]
    name = _BEFORE_PARAMETERS.search(outside)
    if name and name[1] and name[1] not in ("async", "function"):
        return _method(text, name[1], at, opening)
    return _arrow(text, opening, outside, dotted=dotted)


def _arrow(text: str, opening: int, before: str, *, dotted: bool) -> str:
    is_arrow = _ARROW.match(text, _after_parameters(text, opening))
    return _assigned(before, dotted=dotted) if is_arrow else ""


def _method(text: str, name: str, at: int, opening: int) -> str:
    if name in _STATEMENTS or not _BODY.match(text, _after_parameters(text, opening)):
        return ""
    if name == "constructor":
        return _class_around(text, at)
    return _unquoted(name)


def _class_around(text: str, at: int) -> str:
    """Name the class whose body has begun last before this place."""
    place = len(text)
    while (place := text.rfind("class", 0, min(place, at))) >= 0:
        if match := _CLASS_BODY.match(text, place):
            before = text[max(0, place - _CONTEXT) : place]
            return match[1] or _assigned(before, dotted=False)
    return ""


def _assigned(before: str, *, dotted: bool) -> str:
    """Return what a function is assigned to whose head follows on this text."""
    before = _PREFIX.sub("", before)
    if _DEFAULT.search(before):
        return "default"
    if match := _PROPERTY.search(before):
        return _unquoted(match[1])
    if match := _DECLARED.search(before):
        return match[1]
    if match := _ASSIGNED.search(before):
        owner, _, name = match[1].replace(".prototype.", ".").rpartition(".")
        return f"{owner}.{name}" if dotted and owner not in ("", "this") else name
    return ""


def _after_parameters(text: str, opening: int) -> int:
    """Return the place after the parenthesis that closes this one; the text's end if none does."""
    depth = 0
    for place in range(opening, min(len(text), opening + _LONGEST_PARAMETERS)):
        letter = text[place]
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if not depth:
                return place + 1
    return len(text)


def _name_entry(found: SourceMap, name: str, place: int) -> str:
    """Return the map's name for the identifier by which V8 calls the function.

    It stands right before the parameters or before what leads to them; nothing else is between.
    """
    for gap in _GAPS if name else ():
        start = place - len(name) - gap
        row = int(np.searchsorted(found.place, start))
        if row == len(found.place) or found.place[row] != start:
            continue
        after = int(np.searchsorted(found.place, place))
        inside = found.place[row + 1 : after] - start - len(name)
        if found.name[row] == ABSENT or (inside != 1).any():
            return ""
        return str(found.names[found.name[row]])
    return ""


def _unquoted(name: str) -> str:
    return name[1:-1] if name.startswith(("'", '"')) else name


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer(r"\r\n?|\n|\u2028|\u2029", text))]


def _index(text: str, start: int, column: int) -> int:
    """Return the index of a column, which counts UTF-16 units, of the line that begins here."""
    line = text[start : start + column]
    if line.isascii():
        return start + column
    units = line.encode("utf-16-le", "surrogatepass")[: 2 * column]
    return start + len(units.decode("utf-16-le", "replace"))
