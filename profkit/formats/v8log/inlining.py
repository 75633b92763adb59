"""From places to frames: the functions that were inlined there, and the lines.

Most places are one frame. Where optimised code holds inlined functions, an address in it is several
frames: the function that was compiled, what was inlined into it, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log import names
from profkit.profile import ABSENT
from profkit.profile.columns import ragged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from profkit.formats.v8log.codemap import Code
    from profkit.formats.v8log.resolve import Resolver
    from profkit.formats.v8log.sources import Script, Site
    from profkit.profile import ProfileBuilder

    Indexes = npt.NDArray[np.int32]
    Numbers = npt.NDArray[np.int64]

__all__ = ["Expansion"]


@dataclass(slots=True)
class Expansion:
    """Turns places, which are numbers of codes or beyond, into places that may be several frames.

    ``first`` is the number of the first such place; ``chains`` their frames, outermost first.
    """

    codes: Sequence[Code]
    resolver: Resolver
    addresses: Numbers
    scripts: Mapping[int, Script]
    builder: ProfileBuilder
    first: int
    chains: list[tuple[int, ...]] = field(default_factory=list)
    _numbers: dict[tuple[int, ...], int] = field(default_factory=dict)
    _frames: dict[tuple[str, str, str, int, int], int] = field(default_factory=dict)

    def expand(self, place: Indexes, address: npt.NDArray[np.integer], *, is_leaf: bool) -> Indexes:
        """Return the place of each row, where its address is several frames or has a line.

        ``place`` and ``address``, a number in the distinct addresses, are of shape ``(rows,)``.
        A caller's address is where it goes on: in compiled code, after the call.
        """
        has_source = np.zeros(max(self.first, int(place.max(initial=0))) + 2, bool)
        has_source[: len(self.codes)] = [code.source is not None for code in self.codes]
        rows = np.flatnonzero(has_source[place])
        if not len(rows):
            return place
        key, row_of = np.unique(
            address[rows].astype(np.int64) * len(self.codes) + place[rows], return_inverse=True
        )
        number, code = np.divmod(key, len(self.codes))
        offset = self.addresses[number] - self.resolver.starts(number, code)
        found = [
            self._place(self.codes[c], at, is_leaf=is_leaf)
            for c, at in zip(code.tolist(), offset.tolist(), strict=True)
        ]
        known = np.array(found, np.int64)[row_of]
        answer = place.copy()
        answer[rows] = np.where(known == ABSENT, place[rows], known)
        return answer

    def _place(self, code: Code, offset: int, *, is_leaf: bool) -> int:
        assert code.source is not None  # noqa: S101 (asked for those only)
        is_after_call = not is_leaf and code.mark not in ("", "~")
        sites = code.source.sites(offset - is_after_call)
        if len(sites) < 2 and not self.scripts:  # noqa: PLR2004
            return ABSENT
        chain = tuple(self._frame(code, site) for site in sites)
        if not chain:
            return ABSENT
        number = self._numbers.get(chain)
        if number is None:
            number = self._numbers[chain] = self.first + len(self.chains)
            self.chains.append(chain)
        return number

    def _frame(self, code: Code, site: Site) -> int:
        script = self.scripts.get(site.script)
        line, column = script.position(site.offset) if script else (ABSENT, ABSENT)
        key = (code.type, code.mark, site.name or code.name, line, column)
        frame = self._frames.get(key)
        if frame is None:
            if site.name:
                code = replace(code, name=site.name)
            function = self.builder.function(*names.name_of(code))
            frame = self._frames[key] = self.builder.frame(
                function, line, column, tier=names.tier_of(code), tag=names.label_of(code)
            )
        return frame

    def frames(self, table: Indexes, places: Indexes) -> tuple[Numbers, Indexes]:
        """Return how many frames each place is, and these frames, each place's outermost first.

        ``table`` has the frame of each place that is one.
        """
        if not self.chains:
            return np.ones(len(places), np.int64), table[places]
        singles = np.arange(self.first)
        count = np.ones(self.first + len(self.chains) + 1, np.int64)
        count[self.first : -1] = [len(chain) for chain in self.chains]
        start = np.concatenate(
            [singles, self.first + 1 + np.cumsum(count[self.first : -1]) - count[self.first : -1]]
        )
        # The last place serves -1.
        start = np.append(start, self.first)
        flat = np.concatenate(
            [table, np.array([f for chain in self.chains for f in chain], np.int32)]
        )
        return count[places], flat[ragged(start[places], count[places])]
