"""Ticks meet spans: which code each address of each tick was in.

All at once, over columns. An address that lay in one and the same code whenever it was seen (nearly
all do) is looked up once; the others are looked up by address and tick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log.callers import Levels, extents
from profkit.formats.v8log.ticks import NO_ADDRESS
from profkit.profile.columns import ABSENT, ragged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from profkit.formats.v8log.codemap import Spans
    from profkit.formats.v8log.ticks import Ticks
    from profkit.profile import Library

    Indexes = npt.NDArray[np.int32]
    Numbers = npt.NDArray[np.int64]

__all__ = ["VARIES", "Resolver", "in_libraries", "longest_mappings", "page_bits_of_tool"]

_PAGE_BITS = 12
_ALL_PAGE_BITS = 63 - _PAGE_BITS
_FIRST_WITH_WIDE_PAGES = 8
_NO_LIBRARY = -2
VARIES = -2
"""Stands for an address that was in different code, or sometimes in none."""


def longest_mappings(libraries: Sequence[Library]) -> list[Library]:
    """Return the libraries without mappings that a longer one of the same file and start holds.

    Node logs its own binary several times; V8's tool takes the first, which is the shortest.
    """
    longest: dict[tuple[str, int], Library] = {}
    for library in libraries:
        key = (library.path, library.start)
        if key not in longest or library.end > longest[key].end:
            longest[key] = library
    return list(longest.values())


def in_libraries(
    addresses: Numbers, libraries: Sequence[Library], page_bits: int = _ALL_PAGE_BITS
) -> Numbers:
    """Return the library's number for each address, or -1, or -2; shape ``(addresses,)``.

    -2 is an address outside every library on a page that belongs to one, and no address at all:
    V8's tool never looks for dynamic code there. ``page_bits`` is how many bits of a page's number
    tell it from others. Of libraries that begin at one address the first counts.
    """
    answer = np.full(len(addresses), ABSENT, np.int64)
    pages = addresses >> _PAGE_BITS
    first: dict[int, int] = {}
    for number, library in enumerate(libraries):
        first.setdefault(library.start, number)
        low = library.start >> _PAGE_BITS
        span = library.end - library.start >> _PAGE_BITS
        answer[((pages - low) & (1 << page_bits) - 1) <= span] = _NO_LIBRARY
    starts = np.array(sorted(first), np.int64)
    if not len(starts):
        return answer
    owner = np.array([first[start] for start in starts.tolist()], np.int64)
    ends = np.array([libraries[number].end for number in owner.tolist()], np.int64)
    place = np.searchsorted(starts, addresses, side="right") - 1
    inside = (place >= 0) & (answer == _NO_LIBRARY)
    inside &= addresses < ends[place]
    answer[inside] = owner[place[inside]]
    answer[addresses == NO_ADDRESS] = _NO_LIBRARY
    return answer


def page_bits_of_tool(version: str) -> int:
    """Return how many bits of a page's number the tool of this V8 keeps; later ones by default."""
    major = version.partition(".")[0]
    return 20 if major.isdecimal() and int(major) < _FIRST_WITH_WIDE_PAGES else 32


class Resolver:
    """Answers which code an address was in at a tick.

    ``fixed`` (``int32``, shape ``(addresses,)``) is the code of each address that was in the same
    one whenever a tick shows it, -1 for one that never was in any, and -2 where that varies.
    """

    def __init__(self, addresses: Numbers, spans: Spans, ticks: Ticks) -> None:
        order = np.argsort(addresses, kind="stable")
        ordered = addresses[order]
        low = np.searchsorted(ordered, spans.start, side="left")
        high = np.searchsorted(ordered, spans.end, side="left")
        count = high - low
        owner = np.repeat(np.arange(len(count)), count)
        address = order[ragged(low, count)]
        by_time = np.lexsort((spans.since[owner], address))
        owner, address = owner[by_time], address[by_time]
        self._ticks = len(ticks) + 1
        self._since = np.minimum(spans.since[owner], self._ticks)
        self._until = spans.until[owner]
        self._start = spans.start[owner]
        self._key = address * self._ticks + self._since
        self._address = address
        self._code = spans.code[owner]
        self.levels = Levels(ticks.parent, ticks.depth)
        self.first, self.last = extents(ticks, self.levels)
        self.fixed = self._find_fixed(len(addresses), ticks)

    def _find_fixed(self, addresses: int, ticks: Ticks) -> Indexes:
        first = np.full(addresses, len(ticks))
        last = np.full(addresses, ABSENT)
        number = np.arange(len(ticks))
        with_tos = np.flatnonzero(ticks.tos != ABSENT)
        for row, since, until in (
            (ticks.pc, number, number),
            (ticks.tos[with_tos], with_tos, with_tos),
            (ticks.address, self.first, self.last),
        ):
            np.minimum.at(first, row, since)
            np.maximum.at(last, row, until)
        first, last = first[self._address], last[self._address]
        touches = (self._since <= last) & (self._until > first)
        covers = (self._since <= first) & (self._until > last)
        fixed = np.full(addresses, ABSENT, np.int32)
        fixed[self._address[touches & ~covers]] = VARIES
        fixed[self._address[covers]] = self._code[covers]
        return fixed

    def at(self, address: Indexes, tick_of: Callable[[Numbers], Numbers]) -> Indexes:
        """Return the code of each address, -1 where there was none; ``int32``, of one shape.

        ``tick_of`` tells the ticks of the rows that it is asked for; only where code varies.
        """
        code = self.fixed[address]
        open_rows = np.flatnonzero(code == VARIES)
        if len(open_rows):
            wanted, when = address[open_rows].astype(np.int64), tick_of(open_rows)
            place = np.searchsorted(self._key, wanted * self._ticks + when, side="right") - 1
            found = (place >= 0) & (self._address[place] == wanted) & (self._until[place] > when)
            code[open_rows] = np.where(found, self._code[place], ABSENT)
        return code

    def varies(self, address: Indexes, first: Numbers, last: Numbers) -> npt.NDArray[np.bool_]:
        """Tell where an address was in other code, or in none, at some tick from first to last.

        All of one shape.
        """
        answer = self.fixed[address] == VARIES
        rows = np.flatnonzero(answer)
        wanted = address[rows].astype(np.int64)
        begin, end = (
            np.searchsorted(self._key, wanted * self._ticks + when[rows], side="right") - 1
            for when in (first, last)
        )
        same = (begin == end) & (
            (begin < 0)
            | (self._address[begin] != wanted)
            | (self._until[begin] > last[rows])
            | (self._until[begin] <= first[rows])
        )
        answer[rows] = ~same
        return np.asarray(answer, bool)

    def starts(self, address: Numbers, code: Numbers) -> Numbers:
        """Return where a code began that an address was in; ``int64``, all of one shape.

        Raises ``IndexError`` where the address never was in it.
        """
        size = int(self._code.max(initial=0)) + 1
        keys = self._address * size + self._code
        order = np.argsort(keys, kind="stable")
        wanted = address * size + code
        place = order[np.searchsorted(keys[order], wanted)]
        if (keys[place] != wanted).any():
            raise IndexError("an address was never in this code")
        return self._start[place]
