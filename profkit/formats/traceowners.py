"""Which process and thread an event of a trace belongs to, when it happened, and what they are
called.

Source: Google's "Trace Event Format": ids are numbers or strings, times microseconds, and names
stand in metadata events.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from profkit.errors import FormatError
from profkit.formats.jsontext import NULL, decode

if TYPE_CHECKING:
    from profkit.profile import Thread

__all__ = ["NAMES", "Fields", "Key", "OwnerNames", "TraceEvent", "fields_of"]

NAMES = frozenset(("thread_name", "process_name"))
"""The events that name threads and processes."""

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


def fields_of(event: TraceEvent, source: str, at: str) -> Fields:
    """Check the fields of an event that stands at the path ``at``.

    Raises :class:`FormatError` where one is of the wrong type, or an event of importance has no
    time or process.
    """
    keys = ("pid", "tid", "ts", "id")
    given = {key: value for key in keys if (value := getattr(event, key)) is not None}
    if "ts" not in given and event.name not in NAMES:
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

    def add(self, event: TraceEvent, fields: Fields, source: str, at: str) -> None:
        """Take a name from one of the events :data:`NAMES`.

        Raises :class:`FormatError` where it is no text.
        """
        args = decode(event.args, _Named | None, source, at=f"{at}.args")
        name = (args and args.name) or ""
        if event.name == "process_name":
            self.processes[fields.pid] = name
        else:
            self.threads[fields.pid, fields.tid] = name

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
