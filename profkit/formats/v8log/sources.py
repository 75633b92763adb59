"""What a log tells of the source of compiled code: positions, and functions that were inlined.

Source: V8's ``src/logging/log.cc`` (``LogCodeSourceInfo``): ``code-source-info``, the code's
address, the script, where the function begins and ends in it, then three texts without separators:

- positions ``C<offset in the code>O<offset in the script>``, with ``I<number>`` in inlined code;
- what was inlined, by that number: ``F<function>O<where it was called>``, with ``I<number>`` where
  the call itself was inlined;
- functions ``S<address of the shared function info>``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from profkit.formats.v8log.fields import number
from profkit.profile import ABSENT

__all__ = ["Script", "Site", "SourceInfo", "functions_of"]

_POSITION = re.compile(rb"C(\d+)O(\d+)(?:I(\d+))?")
_INLINED = re.compile(rb"F(\d+)O(\d+)(?:I(\d+))?")
_FUNCTION = re.compile(rb"S(0x[0-9a-f]+)")
_BACKSLASH, _NEWLINE, _UNIT, _BYTE = b"\\nux"


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the source: a function's name (empty: that of the code itself) and a position.

    ``script`` is the script's number, ``offset`` counts UTF-16 units from its begin, from 0.
    """

    name: str
    script: int
    offset: int


@dataclass(frozen=True)
class SourceInfo:
    """One line ``code-source-info``; ``functions`` are names and scripts of what was inlined."""

    script: int
    positions: bytes
    inlined: bytes
    functions: tuple[tuple[str, int], ...]

    @cached_property
    def _table(self) -> tuple[list[int], list[tuple[int, int]]]:
        rows = sorted(
            (int(at), int(offset), int(inlined) if inlined else ABSENT)
            for at, offset, inlined in _POSITION.findall(self.positions)
        )
        return [at for at, _, _ in rows], [(offset, inlined) for _, offset, inlined in rows]

    @cached_property
    def _calls(self) -> list[tuple[int, int, int]]:
        return [
            (int(function), int(offset), int(within) if within else ABSENT)
            for function, offset, within in _INLINED.findall(self.inlined)
        ]

    def sites(self, offset: int) -> list[Site]:
        """Return where the source of an instruction is: outermost first, what was inlined after it.

        Empty where the log does not tell.
        """
        starts, rows = self._table
        row = bisect_right(starts, offset) - 1
        if row < 0:
            return []
        position, inlined = rows[row]
        sites: list[Site] = []
        while inlined != ABSENT:
            # A damaged log may name calls within one another in a circle.
            if inlined >= len(self._calls) or len(sites) > len(self._calls):
                return []
            function, call, within = self._calls[inlined]
            if function >= len(self.functions):
                return []
            sites.append(Site(*self.functions[function], position))
            position, inlined = call, within
        sites.append(Site("", self.script, position))
        return sites[::-1]


def functions_of(field: bytes) -> list[int]:
    """Return the addresses of the functions that a line names as inlined."""
    return [number(address) for address in _FUNCTION.findall(field)]


class Script:
    """A script, by where its lines begin; its text is not kept."""

    def __init__(self, text: bytes) -> None:
        self._starts, self._size = _line_starts(text)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1; -1 for one past the script's end."""
        if offset > self._size:
            return ABSENT, ABSENT
        line = int(np.searchsorted(self._starts, offset, side="right"))
        return line, offset - int(self._starts[line - 1]) + 1


def _line_starts(text: bytes) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], int]:
    r"""Return the offset of each line of a text with V8's escapes, and its size, in UTF-16 units.

    ``\n``, ``\\``, ``\x2C`` and ``\u263A`` are one unit each.
    """
    data = np.frombuffer(text.replace(b"\\\\", b"\\\0"), np.uint8)
    is_first = np.ones(len(data), bool)
    escape = np.flatnonzero(data == _BACKSLASH)
    escape = escape[escape + 1 < len(data)]
    kind = data[escape + 1]
    is_first[escape + 1] = False
    for letter, digits in ((_BYTE, 2), (_UNIT, 4)):
        start = escape[kind == letter] + 2
        for digit in range(digits):
            is_first[np.minimum(start + digit, len(data) - 1)] = False
    newline = escape[kind == _NEWLINE]
    # Counting what is no unit of its own takes far less memory than numbering the units.
    rest = np.flatnonzero(~is_first)
    units = newline + 1 - np.searchsorted(rest, newline, side="right")
    return np.concatenate([np.zeros(1, np.int64), units]), len(data) - len(rest)
