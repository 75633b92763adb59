"""Whose an event of a trace is and when it happened, and what threads and processes are called.

Source: Google's "Trace Event Format": ids are numbers or strings, times microseconds, and names
stand in metadata events.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from profkit.errors import FormatError
from profkit.formats.jsontext import NULL, decode_optional

if TYPE_CHECKING:
    from profkit.profile import Thread

__all__ = ["NAMES", "Fields", "Key", "OwnerNames", "TraceEvent", "fields_of"]

_THREAD, _PROCESS = NAMES = ("thread_name", "process_name")

Key = int | str | None
"""An id as the file writes it, None where it has none."""


class TraceEvent(msgspec.Struct, gc=False):
    """Any event; what its fields are is looked at only where the event is of interest."""

    name: Any = None
    pid: Any = None
    tid: Any = None
    ts: Any = None
    id: Any = None
    args: msgspec.Raw = NULL


class Fields(msgspec.Struct):
    """The checked fields of an event; ``ts`` is microseconds."""

    pid: int | str
    tid: Key = None
    ts: int | float = 0
    id: Key = None


class _Named(msgspec.Struct):
    name: str | None = None


def fields_of(event: TraceEvent, source: str, at: str, *, timed: bool = True) -> Fields:
    """Check the fields of an event that stands at the path ``at``.

    Raises :class:`FormatError` where one is of the wrong type, or the event has no process or,
    with ``timed``, no time.
    """
    keys = ("pid", "tid", "ts", "id")
    given = {key: value for key in keys if (value := getattr(event, key)) is not None}
    if timed and "ts" not in given:
        raise FormatError(source, "the event has no time, `ts`", where=at)
    try:
        return msgspec.convert(given, Fields, strict=False)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        where = at + place.rstrip("`")
        raise FormatError(source, message[:1].lower() + message[1:], where=where) from None


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """What processes are called, and threads, by process and thread."""

    processes: dict[Key, str] = field(default_factory=dict)
    threads: dict[tuple[Key, Key], str] = field(default_factory=dict)

    def take(self, event: TraceEvent, source: str, at: str) -> bool:
        """Take the name that an event gives; False where it is an event of another sort.

        Raises :class:`FormatError` where the name is no text, or nobody's.
        """
        if event.name not in NAMES:
            return False
        fields = fields_of(event, source, at, timed=False)
        args = decode_optional(event.args, _Named, source, at=f"{at}.args")
        name = (args and args.name) or ""
        if event.name == _PROCESS:
            self.processes[fields.pid] = name
        else:
            self.threads[fields.pid, fields.tid] = name
        return True

    def given_to(self, thread: Thread, process: Key, number: Key) -> Thread:
        """Return a thread with the names and numbers of its process and itself."""
        return replace(
            thread,
            name=self.threads.get((process, number), ""),
            process_id=_number(process),
            thread_id=_number(number),
            process_name=self.processes.get(process, ""),
        )


def _number(key: Key) -> int:
    return key if isinstance(key, int) and key >= 0 else -1
