"""How the fields of a log line are written.

Source: V8's ``src/logging/log-file.cc`` (what is escaped) and ``tools/csvparser.mjs``.
"""

from __future__ import annotations

import re

__all__ = ["number", "quoted_text", "split", "split_quoted", "text"]

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(n)|(\\))")
_QUOTED = re.compile(rb'"((?:[^"]|"")*)"|([^,]*)')
_SURROGATES = re.compile("[\ud800-\udfff]")


def split(line: bytes) -> list[bytes]:
    """Split a line into fields."""
    return line.split(b",")


def split_quoted(line: bytes) -> list[bytes]:
    """Split a line of a log whose names stand in quotes, as V8 wrote them at first.

    A quote within a name is doubled, commas stand as they are, and nothing is escaped so that it
    could be undone: see :func:`quoted_text`.
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
    plain = _ESCAPE.sub(_unescape, plain)
    if _SURROGATES.search(plain):
        # Astral characters are escaped as two halves; a half that stands alone has no character.
        plain = plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return plain


def quoted_text(field: bytes) -> str:
    """Return the text of a field of a log whose names stand in quotes.

    Its backslashes are V8's own as well as the program's, and cannot be told apart.
    """
    return field.decode("utf-8", "replace")


def _unescape(match: re.Match[str]) -> str:
    byte, unit, newline, _ = match.groups()
    if byte or unit:
        return chr(int(byte or unit, 16))
    return "\n" if newline else "\\"


def number(field: bytes) -> int:
    """Return a decimal or ``0x`` number, of any size. Raises ``ValueError`` for anything else."""
    return int(field, 16) if field[:2] == b"0x" else int(field)
