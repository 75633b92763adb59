"""Which ticks of a V8 log are read, as the options of V8's own tick processor say."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXCLUDED", "EXCLUDED_COLLECTING", "TickSelection"]

EXCLUDED = "in a state of V8 that was not asked for"
"""The ledger's cause for ticks that V8's tool calls excluded, but for the next."""
EXCLUDED_COLLECTING = "collecting garbage, which was not asked for"
"""The same for those in garbage collection, which that tool counts all the same."""


@dataclass(frozen=True, slots=True)
class TickSelection:
    """Which ticks of a V8 log are read; the others are counted, and else as if they were not there.

    ``state`` is the only state of V8 to be read, such as ``js`` or ``gc``; ``not_idle`` leaves out
    the ticks of an idle V8 and overrules ``state``. ``start`` and ``end`` are milliseconds of the
    log's clock, both included; ``distortion`` is what each line of a tick or timer before took, in
    nanoseconds, and is taken off first. ``timed`` reads only between the first and the last line
    ``current-time``, which old versions of V8 write for each ``Date.now()``; ``pairwise`` between
    the first and the second, the third and the fourth, and so on.
    """

    state: str = ""
    not_idle: bool = False
    start: int | None = None
    end: int | None = None
    distortion: int = 0
    timed: bool = False
    pairwise: bool = False
