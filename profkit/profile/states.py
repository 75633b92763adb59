"""What a virtual machine was doing when a sample was taken."""

from __future__ import annotations

import enum

__all__ = ["VmState"]


class VmState(enum.IntEnum):
    """V8's own states; the numbers are those of its latest versions, and of ``state`` columns."""

    UNKNOWN = -1
    JS = 0
    GC = 1
    PARSER = 2
    BYTECODE_COMPILER = 3
    COMPILER = 4
    OTHER = 5
    EXTERNAL = 6
    ATOMICS_WAIT = 7
    IDLE = 8
    LOGGING = 9
    IDLE_EXTERNAL = 10

    @property
    def label(self) -> str:
        """The word that tables and JSON use, such as ``bytecode-compiler``."""
        return self.name.lower().replace("_", "-")
