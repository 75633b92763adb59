"""How the fields of a log line are written.

Source: V8's ``src/logging/log-file.cc`` (what is escaped) and ``tools/csvparser.mjs``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PLAIN", "Dialect", "dialect_of", "number", "text"]

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(n)|(\\))")
_BARE_ESCAPE = re.compile(r"\\(?:x(2C)|xffffff([89a-f][0-9a-f])|u((?!00)[0-9a-f]{4}))")
_QUOTED = re.compile(rb'"((?:[^"]|"")*)"|([^,]*)')
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNTIMED = re.compile(rb"code-creation,[^,]*,[^,]*,0x")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a line is written: what differs between the versions of V8.

    ``split`` takes a line apart, ``text`` undoes a field's escapes. ``address`` is the field of a
    ``code-creation`` line with the code's address; size and name follow. ``interval_unit`` is what
    the sampling interval is counted in, in nanoseconds.
    """

    split: Callable[[bytes], list[bytes]]
    text: Callable[[bytes], str]
    address: int
    interval_unit: int

    @property
    def has_times(self) -> bool:
        """Whether ``code-creation`` lines tell when, in the field before the address."""
        return self.address == PLAIN.address


def dialect_of(line: bytes, version: str) -> Dialect:
    """Tell the dialect by a line with a name, such as ``shared-library`` or ``code-creation``.

    Only the latter tells all: whether times are in it. ``version`` is V8's; the empty string, where
    it is not known, counts as a new one.
    """
    if b',"' not in line:
        return BARE if version.startswith("6.") else PLAIN
    return UNTIMED if _UNTIMED.match(line) else QUOTED


def _split(line: bytes) -> list[bytes]:
    return line.split(b",")


def _split_quoted(line: bytes) -> list[bytes]:
    """Split a line of a log whose names stand in quotes, as V8 wrote them at first.

    A quote within a name is doubled, commas stand as they are, and nothing is escaped so that it
    could be undone: see :func:`_quoted_text`.
    """
    fields, place = [], 0
    while match := _QUOTED.match(line, place):
        quoted, plain = match.groups()
        fields.append(plain if quoted is None else quoted.replace(b'""', b'"'))
        place = match.end() + 1
        if place > len(line):
            break
    return fields


def text(field: bytes) -> str:
    r"""Return a field's text with ``\x2C``, ``\u263A``, ``\n`` and ``\\`` undone.

    Text outside ASCII that a log holds unescaped is UTF-8; bytes that are not become U+FFFD.
    """
    plain = field.decode("utf-8", "replace")
    if "\\" not in plain:
        return plain
    return _joined(_ESCAPE.sub(_unescape, plain))


def _bare_text(field: bytes) -> str:
    r"""Return the text of a field in which backslashes stand for themselves, but for a few.

    V8 6.8 writes ``\x2C`` for a comma, ``\xffffffe9`` for a character of Latin-1 and ``\u263a`` for
    others. All else that looks like an escape is the program's, as in ``\d\x20`` of a RegExp.
    """
    plain = field.decode("utf-8", "replace")
    if "\\" not in plain:
        return plain
    return _joined(_BARE_ESCAPE.sub(lambda match: chr(int("".join(match.groups("")), 16)), plain))


def _quoted_text(field: bytes) -> str:
    """Return the text of a field of a log whose names stand in quotes.

    Its backslashes are V8's own as well as the program's, and cannot be told apart.
    """
    return field.decode("utf-8", "replace")


def _joined(plain: str) -> str:
    """Join astral characters, which are escaped as two halves; a half alone has no character."""
    if _SURROGATES.search(plain):
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return plain


def _unescape(match: re.Match[str]) -> str:
    byte, unit, newline, _ = match.groups()
    if byte or unit:
        return chr(int(byte or unit, 16))
    return "\n" if newline else "\\"


def number(field: bytes) -> int:
    """Return a decimal or ``0x`` number, of any size. Raises ``ValueError`` for anything else."""
    return int(field, 16) if field[:2] == b"0x" else int(field)


PLAIN = Dialect(_split, text, 4, 1_000)
"""V8 7 and later: Node 11 and later."""
BARE = Dialect(_split, _bare_text, 4, 1_000)
"""V8 6.3 to 6.8: Node 10."""
QUOTED = Dialect(_split_quoted, _quoted_text, 4, 1_000)
"""V8 6.0 to 6.2: Node 8 and 9."""
UNTIMED = Dialect(_split_quoted, _quoted_text, 3, 1_000_000)
"""V8 5: Node 6, 7 and the first of 8."""
