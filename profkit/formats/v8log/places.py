"""What lies at the addresses of a log's ticks: code, a library, or nothing known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log.copies import RESERVED, at_originals
from profkit.formats.v8log.resolve import (
    Resolver,
    in_libraries,
    longest_mappings,
    page_bits_of_tool,
)
from profkit.profile import ABSENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.formats.v8log.codemap import Spans
    from profkit.formats.v8log.reader import LogReader
    from profkit.formats.v8log.ticks import Ticks
    from profkit.profile import Library

    Indexes = npt.NDArray[np.int32]
    Numbers = npt.NDArray[np.int64]

__all__ = ["Places", "locate"]

_NEAR = 1 << 16
_EMBEDDED = ("Builtin", "BytecodeHandler")


@dataclass(frozen=True, slots=True)
class Places:
    """What the addresses of some ticks lie in; what ``resolver`` answers is a place.

    A place is a number: that of a :class:`Code`, past all of them one for each address in a
    library, and at last one for all code that V8 made and did not name. ``library`` (``int64``,
    shape ``(addresses,)``) is the number of each address' library, negative where it is in none;
    ``native`` (``int64``) are the numbers of the addresses that have a place of their own.
    """

    ticks: Ticks
    codes: int
    libraries: Sequence[Library]
    library: Numbers
    native: Numbers
    resolver: Resolver

    @property
    def unnamed(self) -> int:
        """The place of all code that V8 made and did not name, past all others."""
        return self.codes + len(self.native)

    def unnamed_rows(self, spans: Spans, code_ranges: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Tell which addresses are where V8 has its code, such as WebAssembly's jump tables.

        Whether they are in code that the log names as well is not looked at.
        """
        addresses = self.ticks.addresses
        starts = np.sort(spans.start)
        after = np.append(starts, np.iinfo(np.int64).max)[np.searchsorted(starts, addresses)]
        is_code = (addresses > 0) & (after - addresses < _NEAR)
        for begin in code_ranges:
            is_code |= (addresses >= begin) & (addresses < begin + RESERVED[0])
        return is_code & (self.library < 0)


def locate(log: LogReader, ticks: Ticks, spans: Spans, *, like_node: bool) -> Places:
    """Find what the addresses of ticks lie in, as code came and went.

    ``like_node`` does as V8's tool: it takes the first of several mappings of one file instead of
    the longest, does not look for code that the log names in a library, nor on pages whose numbers,
    as they wrap there, are a library's, and knows nothing of copies of builtins.
    """
    codes = len(log.code.codes)
    if like_node:
        libraries = log.libraries
        library = in_libraries(ticks.addresses, libraries, page_bits_of_tool(log.version))
        in_code = library == ABSENT
    else:
        libraries = longest_mappings(log.libraries)
        ticks = _at_originals(ticks, log, spans, libraries)
        library = in_libraries(ticks.addresses, libraries)
        in_code = np.ones(len(library), bool)
    resolver = Resolver(np.where(in_code, ticks.addresses, ABSENT), spans, ticks)
    resolver.fixed[~in_code] = ABSENT
    native = np.flatnonzero((library >= 0) & (resolver.fixed < 0))
    resolver.fixed[native] = codes + np.arange(len(native))
    return Places(ticks, codes, libraries, library, native, resolver)


def _at_originals(
    ticks: Ticks, log: LogReader, spans: Spans, libraries: Sequence[Library]
) -> Ticks:
    """Let addresses in a copy of the builtins be those of the builtins that the log names."""
    embedded = [n for n, code in enumerate(log.code.codes) if code.type in _EMBEDDED]
    is_builtin = np.isin(spans.code, embedded) & (in_libraries(spans.start, libraries) >= 0)
    if not log.code_ranges or not is_builtin.any():
        return ticks
    extent = np.array([spans.start[is_builtin].min(), spans.end[is_builtin].max()])
    unknown = (in_libraries(ticks.addresses, libraries) == ABSENT) & (
        Resolver(ticks.addresses, spans, ticks).fixed == ABSENT
    )
    return replace(ticks, addresses=at_originals(ticks.addresses, unknown, extent, log.code_ranges))
