"""What readers write into: tables that grow by one row a distinct function or frame."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import FormatError
from profkit.profile.columns import ABSENT
from profkit.profile.deopts import DeoptTable
from profkit.profile.frames import FrameTable, Library, Tier
from profkit.profile.functions import FunctionTable, Kind
from profkit.profile.ledger import LedgerBook
from profkit.profile.model import Meta, Profile
from profkit.profile.threads import refuse_overflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from profkit.profile.columns import ValueColumn
    from profkit.profile.threads import Thread
    from profkit.profile.tree import StackTree
    from profkit.profile.values import ValueType

__all__ = ["ProfileBuilder"]


class ProfileBuilder:
    """Interns strings, functions and frames while a file is read, then makes the Profile."""

    def __init__(self) -> None:
        self.ledger = LedgerBook()
        self.libraries: list[Library] = []
        self.deopts: Counter[tuple[int, int, int, int]] = Counter()
        self._strings: dict[str, int] = {}
        self._functions: dict[tuple[int, int, int, int, int, int], int] = {}
        self._frames: dict[tuple[int, int, int, int, int, int, int], int] = {}

    def string(self, text: str) -> int:
        """Return the number of a string; -1 for the empty one."""
        return self._strings.setdefault(text, len(self._strings)) if text else ABSENT

    def function(
        self,
        name: str,
        file: str = "",
        line: int = ABSENT,
        column: int = ABSENT,
        kind: Kind = Kind.UNKNOWN,
        package: str = "",
    ) -> int:
        """Return the number of a function: a name in a place. Lines and columns are 1-based."""
        key = (
            self.string(name), self.string(file), line, column, int(kind), self.string(package),
        )  # fmt: skip
        return self._functions.setdefault(key, len(self._functions))

    def frame(
        self,
        function: int,
        line: int = ABSENT,
        column: int = ABSENT,
        *,
        address: int = ABSENT,
        library: int = ABSENT,
        tier: Tier = Tier.NONE,
        tag: str = "",
    ) -> int:
        """Return the number of a frame: a position in a function, as compiled."""
        key = (function, line, column, address, library, int(tier), self.string(tag))
        return self._frames.setdefault(key, len(self._frames))

    def deopt(self, function: int, kind: str, reason: str, place: str, count: int = 1) -> None:
        """Count deoptimisations of a function, -1 where it is unknown."""
        key = (function, self.string(kind), self.string(reason), self.string(place))
        self.deopts[key] += count

    def finish(
        self,
        meta: Meta,
        value_types: Sequence[ValueType],
        tree: StackTree,
        threads: Sequence[Thread],
    ) -> Profile:
        """Make the Profile.

        Raises :class:`FormatError` where the values are so large that their sum may not fit into
        64 bits, or a line, column or address does not fit into its column.
        """
        refuse_overflow(threads, meta.source)
        function, kind, reason, place = _columns(self.deopts, 4)
        count = np.array(list(self.deopts.values()), np.int64)
        try:
            functions = FunctionTable(*_columns(self._functions, 6))
            frames = FrameTable(*_columns(self._frames, 7))
        except OverflowError:
            raise FormatError(
                meta.source, "a line or column is beyond 2^31, or an address beyond 2^63"
            ) from None
        return Profile(
            meta=meta,
            strings=tuple(self._strings),
            value_types=tuple(value_types),
            functions=functions,
            frames=frames,
            tree=tree,
            threads=tuple(threads),
            libraries=tuple(self.libraries),
            ledger=self.ledger.close(),
            deopts=DeoptTable(function, kind, reason, place, count),
        )


def _columns(rows: Iterable[tuple[int, ...]], width: int) -> ValueColumn:
    return np.array(list(rows), np.int64).reshape(-1, width).T
