"""Ticks meet spans: which code each address of each tick was in.

All at once, over columns. An address that lay in one and the same code whenever it was seen (nearly
all do) is looked up once; the others are looked up by address and tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log.ticks import NO_ADDRESS
from profkit.profile.columns import ABSENT, ragged

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.formats.v8log.codemap import Spans
    from profkit.formats.v8log.ticks import Ticks
    from profkit.profile import Library

    Numbers = npt.NDArray[np.int64]

__all__ = ["Resolver", "Windows", "in_libraries"]

_PAGE_BITS = 12
_PAGE_NUMBERS = 2**32
_VARIES = -2


def in_libraries(addresses: Numbers, libraries: Sequence[Library]) -> Numbers:
    """Return the library of each address (shape ``(addresses,)``): its number, or -1, or -2.

    -2 is an address outside every library on a page that belongs to one: V8's tool never looks for
    dynamic code there. Of libraries that begin at one address the first counts.
    """
    answer = np.full(len(addresses), ABSENT, np.int64)
    pages = (addresses >> _PAGE_BITS) % _PAGE_NUMBERS
    first: dict[int, int] = {}
    for number, library in enumerate(libraries):
        first.setdefault(library.start, number)
        low = (library.start >> _PAGE_BITS) % _PAGE_NUMBERS
        span = library.end - library.start >> _PAGE_BITS
        answer[(pages - low) % _PAGE_NUMBERS <= span] = _VARIES
    starts = np.array(sorted(first), np.int64)
    if not len(starts):
        return answer
    owner = np.array([first[start] for start in starts.tolist()], np.int64)
    ends = np.array([libraries[number].end for number in owner.tolist()], np.int64)
    place = np.searchsorted(starts, addresses, side="right") - 1
    inside = (place >= 0) & (answer == _VARIES)
    inside &= addresses < ends[place]
    answer[inside] = owner[place[inside]]
    answer[addresses == NO_ADDRESS] = _VARIES
    return answer


@dataclass(frozen=True, slots=True)
class Windows:
    """The first and the last tick that show an address, and likewise a stack."""

    address_first: Numbers
    address_last: Numbers
    stack_first: Numbers
    stack_last: Numbers

    @classmethod
    def of(cls, ticks: Ticks) -> Windows:
        """Find them; all columns of shape ``(addresses,)`` or ``(stacks,)``."""
        number = np.arange(len(ticks))
        stack_first, stack_last = _extent(len(ticks.counts), ticks.stack, number, number)
        once = np.repeat(np.arange(len(ticks.counts)), ticks.counts)
        tos = np.flatnonzero(ticks.tos != ABSENT)
        shown = np.concatenate([ticks.tokens, ticks.pc, ticks.tos[tos]])
        first = np.concatenate([stack_first[once], number, tos])
        last = np.concatenate([stack_last[once], number, tos])
        return cls(*_extent(len(ticks.addresses), shown, first, last), stack_first, stack_last)


def _extent(rows: int, row: Numbers, first: Numbers, last: Numbers) -> tuple[Numbers, Numbers]:
    low, high = np.full(rows, np.iinfo(np.int64).max), np.full(rows, -1)
    np.minimum.at(low, row, first)
    np.maximum.at(high, row, last)
    return low, high


class Resolver:
    """Answers which code an address was in at a tick."""

    def __init__(self, addresses: Numbers, spans: Spans, windows: Windows) -> None:
        order = np.argsort(addresses, kind="stable")
        ordered = addresses[order]
        low = np.searchsorted(ordered, spans.start, side="left")
        high = np.searchsorted(ordered, spans.end, side="left")
        count = high - low
        owner = np.repeat(np.arange(len(count)), count)
        address = order[ragged(low, count)]
        by_time = np.lexsort((spans.since[owner], address))
        owner, address = owner[by_time], address[by_time]
        self._ticks = int(windows.address_last.max(initial=0)) + 2
        self._key = address * self._ticks + spans.since[owner]
        self._address = address
        self._until = spans.until[owner]
        self._code = spans.code[owner]
        self.fixed = self._find_fixed(len(addresses), spans.since[owner], windows)

    def _find_fixed(self, addresses: int, since: Numbers, windows: Windows) -> Numbers:
        """The code of each address, -1 where it is unknown throughout, -2 where that varies."""
        first, last = windows.address_first[self._address], windows.address_last[self._address]
        touches = (since <= last) & (self._until > first)
        covers = (since <= first) & (self._until > last)
        fixed = np.full(addresses, ABSENT, np.int64)
        fixed[self._address[touches & ~covers]] = _VARIES
        fixed[self._address[covers]] = self._code[covers]
        return fixed

    def varies(self, address: Numbers) -> npt.NDArray[np.bool_]:
        """Tell which addresses were in different code, or sometimes in none."""
        return self.fixed[address] == _VARIES

    def at(self, address: Numbers, tick: Numbers) -> Numbers:
        """Return the code of each address at each tick, -1 where there was none; one shape."""
        code = self.fixed[address]
        open_rows = np.flatnonzero(code == _VARIES)
        if len(open_rows):
            wanted, when = address[open_rows].astype(np.int64), tick[open_rows]
            place = np.searchsorted(self._key, wanted * self._ticks + when, side="right") - 1
            found = (place >= 0) & (self._address[place] == wanted) & (self._until[place] > when)
            code[open_rows] = np.where(found, self._code[place], ABSENT)
        return code
