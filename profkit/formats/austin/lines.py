"""A line of Austin's: ``P4711;T0:4712;/srv/app.py:main:12;/srv/app.py:run:34 10082``.

The thread may have the number of its interpreter before its own. The metric is microseconds, or
bytes where memory was measured; there are three in full mode: microseconds, whether the thread was
idle, and bytes, below 0 where memory was given back.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from profkit.formats.places import kind_of
from profkit.profile import ABSENT, Kind

__all__ = ["METADATA", "Frame", "Owner", "frame_of", "is_austin", "metrics_of", "split_owner"]

METADATA = re.compile(r"# ([a-z_]+): (.*)")

_OWNER = re.compile(rb"P(\d{1,10});T(?:(\d{1,10}):)?(0x[0-9a-fA-F]{1,16}|\d{1,19})(?:;|\Z)")
_METRICS = re.compile(rb"-?\d{1,18}(?:,[01],-?\d{1,18})?")
_FIRST_LINE = re.compile(
    rb"P\d{1,10};T(?:\d{1,10}:)?(?:0x[0-9a-fA-F]+|\d+)(?:;[^\n]*:\d+)? [-\d,]+\r?$"
)
_FRAME = re.compile(r"(.*?):([^:]*):(\d{1,9})(?::\d{1,9}){0,3}", re.DOTALL)
_SPECIAL = re.compile(r":([A-Z]+):\d*")
_FIRST_LINES = 20


class Owner(NamedTuple):
    """The thread of a sample."""

    process: int
    interpreter: int
    thread: int


class Frame(NamedTuple):
    """A frame: a function, and the line that ran."""

    name: str
    file: str
    kind: Kind
    line: int


def is_austin(head: bytes) -> bool:
    """Tell whether a text begins as Austin's do."""
    if head.startswith(b"# austin: "):
        return True
    lines = [line for line in head.split(b"\n")[:_FIRST_LINES] if not line.startswith(b"#")]
    first = next((line for line in lines if line.strip()), b"")
    return bool(_FIRST_LINE.match(first))


def split_owner(stack: bytes) -> tuple[Owner, bytes] | None:
    """Return the thread, and the stack without it; None where there is no thread."""
    match = _OWNER.match(stack)
    if not match:
        return None
    process, interpreter, thread = match.groups()
    number = int(thread, 16 if thread.startswith(b"0x") else 10)
    return Owner(int(process), int(interpreter or 0), number), stack[match.end() :]


def metrics_of(text: bytes) -> tuple[int, ...] | None:
    """Return one or three metrics; None where these are none."""
    if not _METRICS.fullmatch(text):
        return None
    return tuple(map(int, text.split(b",")))


def frame_of(label: str) -> Frame:
    """Take a frame apart; what Austin marks itself, such as ``:GC:``, has no file."""
    if match := _SPECIAL.fullmatch(label):
        name = match[1]
        return Frame(name, "", Kind.GC if name == "GC" else Kind.UNKNOWN, ABSENT)
    if match := _FRAME.fullmatch(label):
        file, name, line = match.groups()
        kind = kind_of(name, file)
        return Frame(name, file, kind, int(line) or ABSENT)
    return Frame(label, "", Kind.UNKNOWN, ABSENT)
