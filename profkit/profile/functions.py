"""Functions: a name in a place."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from profkit.profile.columns import IndexColumn, indexes

__all__ = ["FunctionTable", "Kind"]


class Kind(enum.IntEnum):
    """What sort of code a function is; the table's ``kind`` column holds these numbers."""

    UNKNOWN = 0
    JS = 1
    BUILTIN = 2
    IC = 3
    BYTECODE_HANDLER = 4
    STUB = 5
    REGEXP = 6
    WASM = 7
    NATIVE = 8
    SHARED_LIBRARY = 9
    PYTHON = 10
    GC = 11
    PROGRAM = 12
    IDLE = 13
    ROOT = 14

    @property
    def label(self) -> str:
        """The word that tables and JSON use, such as ``bytecode-handler``."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """One row a function; all columns ``int32`` of shape ``(functions,)``.

    ``name``, ``file`` and ``package`` index the profile's strings, -1 where unknown; ``line`` and
    ``column`` are where the function begins, 1-based, -1 where unknown; ``kind`` is a
    :class:`Kind`.
    """

    name: IndexColumn
    file: IndexColumn
    line: IndexColumn
    column: IndexColumn
    kind: IndexColumn
    package: IndexColumn

    def __post_init__(self) -> None:
        for field in ("name", "file", "line", "column", "kind", "package"):
            object.__setattr__(self, field, indexes(getattr(self, field)))

    def __len__(self) -> int:
        return len(self.name)
