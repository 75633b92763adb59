"""The lines of ``perf script``: events, frames, and where in the source a frame is.

::

    node 4711/4712 [001]  4589.018153:    2004008 cpu-clock:
            7fdad400751e JS:*ranked /srv/app.js:3:16+0xde (/run/perf-4711.map)
      app.c:12

Which of an event's fields there are depends on ``--fields``; the name of the command may have
blanks in it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["UNKNOWN", "Event", "event_of", "has_events", "source_line_of", "split_frame"]

_WHO = r"\s*(?P<comm>\S.{0,63}?)\s+(?:(?P<pid>-?\d{1,10})/)?(?P<tid>-?\d{1,10})\s+"
_WHEN = r"(?:\[(?P<cpu>\d{1,6})\]\s+)?(?:(?P<seconds>\d{1,10})\.(?P<fraction>\d{1,9}):\s+)?"
_WHAT = r"(?:(?P<period>\d{1,20})\s+)?(?P<event>[^\s:]\S*):(?:\s+(?P<rest>.*))?"
_EVENT = re.compile(_WHO + _WHEN + _WHAT)
# Parentheses in the symbol, and one pair in the library: `(/usr/lib/libx.so (deleted))`.
_FRAME = re.compile(r"\s*([0-9a-f]{1,16})(?:\s+(\S.*?))?\s+\(((?:[^()]|\([^()]*\))*)\)\s*")
_ODD_FRAME = re.compile(r"\s*([0-9a-f]{1,16})\s+(.+) \((.*)\)\s*")
_SOURCE_LINE = re.compile(r"\s+(\S.*):(\d{1,9})(?: \(discriminator \d+\))?\s*")
UNKNOWN = "[unknown]"
"""What stands for a symbol, or a library, that perf does not know."""

_HEADER = b"# ========\n# captured on"
_FRACTION_DIGITS = 9


class Event(NamedTuple):
    """What was sampled; ids are -1 and ``time`` (nanoseconds) is None where it does not say."""

    command: str
    process: int
    thread: int
    time: int | None
    period: int | None
    event: str
    rest: str


def event_of(line: str) -> Event | None:
    """Take an event's line apart; None where it is none."""
    match = _EVENT.fullmatch(line)
    if not match:
        return None
    time = None
    if match["seconds"]:
        time = int(match["seconds"] + match["fraction"].ljust(_FRACTION_DIGITS, "0"))
    return Event(
        match["comm"],
        int(match["pid"] or -1),
        int(match["tid"]),
        time,
        int(match["period"]) if match["period"] else None,
        match["event"],
        match["rest"] or "",
    )


def split_frame(line: str) -> tuple[str, str] | None:
    """Return a frame's symbol and library; None where the line is no frame."""
    match = _FRAME.fullmatch(line) or _ODD_FRAME.fullmatch(line)
    return (match[2] or UNKNOWN, match[3]) if match else None


def source_line_of(line: str) -> tuple[str, int] | None:
    """Return the file and line of a frame's place in the source; None where that is unknown."""
    match = _SOURCE_LINE.fullmatch(line)
    return (match[1], int(match[2])) if match else None


def has_events(head: bytes) -> bool:
    """Tell whether a text's beginning has an event with a frame."""
    if head.startswith(_HEADER):
        return True
    lines = head.decode("utf-8", "replace").splitlines()[:1000]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        event = None if line.startswith("#") else event_of(line)
        if event and split_frame(event.rest or following):
            return True
    return False
