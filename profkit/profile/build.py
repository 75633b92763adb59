"""What readers write into: tables that grow by one row a distinct function or frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import FormatError
from profkit.profile.columns import ABSENT
from profkit.profile.frames import FrameTable, Library, Tier
from profkit.profile.functions import FunctionTable, Kind
from profkit.profile.ledger import LedgerBook
from profkit.profile.model import Meta, Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profkit.profile.threads import Thread
    from profkit.profile.tree import StackTree
    from profkit.profile.values import ValueType

__all__ = ["ProfileBuilder"]

_LARGEST_SUM = 2.0**62


class ProfileBuilder:
    """Interns strings, functions and frames while a file is read, then makes the Profile."""

    def __init__(self) -> None:
        self.ledger = LedgerBook()
        self.libraries: list[Library] = []
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

    def finish(
        self,
        meta: Meta,
        value_types: Sequence[ValueType],
        tree: StackTree,
        threads: Sequence[Thread],
    ) -> Profile:
        """Make the Profile.

        Raises :class:`FormatError` where the values are so large that their sum may not fit into
        64 bits.
        """
        for thread in threads:
            measured = thread.samples.values
            if measured.size and np.abs(measured.astype(np.float64)).sum() >= _LARGEST_SUM:
                raise FormatError(meta.source, "the values are too large to be summed")
        functions = np.array(list(self._functions), np.int64).reshape(-1, 6).T
        frames = np.array(list(self._frames), np.int64).reshape(-1, 7).T
        function, line, column, address, library, tier, tag = frames
        return Profile(
            meta=meta,
            strings=tuple(self._strings),
            value_types=tuple(value_types),
            functions=FunctionTable(*functions),
            frames=FrameTable(function, line, column, address, library, tier, tag),
            tree=tree,
            threads=tuple(threads),
            libraries=tuple(self.libraries),
            ledger=self.ledger.close(),
        )
