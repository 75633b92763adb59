"""A large log is read by two processes: the later half's ticks meanwhile by another one.

Ticks are most of a large log, and each can be taken apart by itself. What is told of code has to be
followed in order; the other process hands such lines on as they are.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from profkit.formats.encoding import is_utf16, line_batches
from profkit.formats.v8log.reader import LogReader
from profkit.processes import Helper, HelperLostError, processors
from profkit.source import open_source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from profkit.formats.v8log.ticks import TickColumns
    from profkit.source import Source

__all__ = ["LaterPart", "follow_all", "read_part"]

WORTH_TWO = 64 << 20
"""From this size on it is worth the start of another process."""

_OWN_SHARE = 0.55
"""What the process that is running already reads: it follows what is told of code as well."""


@dataclass
class LaterPart:
    """What a later part of a log holds, read without what comes before it.

    ``events`` are the lines that tell of more than ticks: the number of the part's tick that comes
    next, the number of the line, counted from 1, and the line itself. ``skipped`` counts lines of
    other kinds.
    """

    ticks: TickColumns
    events: list[tuple[int, int, bytes]] = field(default_factory=list)
    skipped: Counter[bytes] = field(default_factory=Counter)
    malformed_ticks: list[int] = field(default_factory=list)
    lines: int = 0
    is_cut: bool = False


def follow_all(log: LogReader, source: Source) -> None:
    """Follow all lines of a log, a large one with the help of another process.

    Raises :class:`FormatError` where the text is no V8 log at all.
    """
    begin = _begin_of_later_half(source)
    if begin is None:
        log.follow(line_batches(source))
    else:
        with Helper() as helper:
            with contextlib.suppress(HelperLostError):
                helper.ask(read_part, source.path, begin, tuple(log.kinds))
            log.follow(line_batches(source, begin))
            try:
                part = cast("LaterPart", helper.answer())
            except HelperLostError:
                part = read_part(source.path, begin, log.kinds)
            log.append(part)
    log.close()


def read_part(path: str, begin: int, kinds: Collection[bytes]) -> LaterPart:
    """Read a log from a byte on, where a line begins; keep lines of some kinds as they are."""
    reader = _PartReader(path, kinds)
    with open_source(path, begin=begin) as source:
        reader.follow(line_batches(source))
    reader.ticks.forget_texts()
    return LaterPart(
        reader.ticks,
        reader.events,
        reader.skipped,
        reader.malformed_ticks,
        reader.lines,
        reader.is_cut,
    )


class _PartReader(LogReader):
    """Takes ticks apart, and keeps what tells of more."""

    def __init__(self, name: str, kinds: Iterable[bytes]) -> None:
        super().__init__(name)
        self.events: list[tuple[int, int, bytes]] = []
        self.malformed_ticks: list[int] = []
        self._handlers = dict.fromkeys(kinds, self._keep)
        self._takers = {b"tick": self._add_ticks}

    def _keep(self, line: bytes) -> None:
        self.events.append((self.code.tick, self.lines, line))

    def _malformed(self, kind: bytes, line: int) -> None:  # noqa: ARG002 (only ticks are looked at)
        self.malformed_ticks.append(line)


def _begin_of_later_half(source: Source) -> int | None:
    """Return the byte where another process is to begin; None where one is as good as two."""
    large = source.path and not source.compression and (source.size or 0) >= WORTH_TWO
    if not large or is_utf16(source.head) or processors() < 2:  # noqa: PLR2004
        return None
    with open(source.path, "rb") as file:  # noqa: PTH123 (nothing of pathlib is needed)
        file.seek(int((source.size or 0) * _OWN_SHARE))
        file.readline()
        return file.tell()
