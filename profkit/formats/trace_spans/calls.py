"""The duration events of a trace, thread by thread, with frames and times as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from profkit.errors import FormatError
from profkit.formats.jsontext import decode_optional
from profkit.formats.places import kind_of, path_of
from profkit.formats.traceevents import TraceEvents
from profkit.formats.traceowners import Key, OwnerNames, TraceEvent, fields_of
from profkit.profile import ABSENT, Action

if TYPE_CHECKING:
    from profkit.profile import ProfileBuilder
    from profkit.source import Source

__all__ = ["BEGIN", "END", "WHOLE", "Call", "Trace", "collect"]

BEGIN, END, WHOLE = "B", "E", "X"

_PY_SPY = "py-spy"
_PER_MICROSECOND = 1000
_LARGEST = 2.0**61 / _PER_MICROSECOND
_NAMELESS = "(unnamed)"
_DIGITS = 9


class _Event(TraceEvent):
    ph: Any = None
    cat: Any = None
    dur: Any = None


class _Place(msgspec.Struct):
    """Where a frame is, as py-spy writes it."""

    filename: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """An event of a call, at a ``time`` in nanoseconds.

    ``phase`` is :data:`BEGIN`, :data:`END` or :data:`WHOLE`; ``until`` is where a whole one ends.
    ``frame`` and ``function`` are numbers in the builder's tables, -1 for an end without a name.
    """

    phase: str
    time: int
    until: int
    frame: int
    function: int
    at: str

    @property
    def order(self) -> tuple[int, bool, int]:
        """Sorts events: by time, and of whole calls at one time the longest, outermost, first."""
        return self.time, self.phase == WHOLE, -self.until


@dataclass(frozen=True, slots=True)
class Trace:
    """Calls in the order of the file, by process and thread, and what these are called.

    ``is_sampled`` tells that py-spy wrote them, which looks at threads only while they run.
    """

    calls: dict[tuple[Key, Key], list[Call]]
    names: OwnerNames
    is_sampled: bool


@dataclass(slots=True)
class _Frames:
    """Gives frames their numbers; what repeats is decoded once."""

    builder: ProfileBuilder
    known: dict[tuple[str, bytes], tuple[int, int]] = field(default_factory=dict)
    is_sampled: bool = False

    def find(self, event: _Event, source: str, at: str) -> tuple[int, int]:
        """Return the numbers of an event's frame and of its function."""
        name = event.name if isinstance(event.name, str) and event.name else _NAMELESS
        is_py_spy = event.cat == _PY_SPY
        key = name, bytes(event.args) if is_py_spy else b""
        if key not in self.known:
            self.known[key] = self._intern(name, event, source, at, is_py_spy=is_py_spy)
        return self.known[key]

    def _intern(
        self, name: str, event: _Event, source: str, at: str, *, is_py_spy: bool
    ) -> tuple[int, int]:
        if is_py_spy:
            self.is_sampled = True
            place = decode_optional(event.args, _Place, source, at=f"{at}.args") or _Place()
            file = place.filename or ""
            line = ABSENT if place.line is None or place.line < 1 else place.line
            function = self.builder.function(name, path_of(file), kind=kind_of(name, file))
            return self.builder.frame(function, line), function
        name, file, line = _placed(name)
        function = self.builder.function(name, file, line, kind=kind_of(name, file))
        return self.builder.frame(function), function


def _placed(name: str) -> tuple[str, str, int]:
    """Take a name apart to which VizTracer has added where the function begins.

    >>> _placed("load (/srv/py-web/store.py:17)")
    ('load', '/srv/py-web/store.py', 17)
    """
    before, _, number = name.removesuffix(")").rpartition(":")
    function, bracket, file = before.partition(" (")
    if not (
        name.endswith(")") and bracket and file and number.isdecimal() and len(number) <= _DIGITS
    ):
        return name, "", ABSENT
    return function, file, int(number)


def collect(source: Source, builder: ProfileBuilder) -> Trace:
    """Read a trace.

    Raises :class:`FormatError` where it is none, or an event of a call makes no sense.
    """
    events = TraceEvents(source, _Event, builder.ledger)
    calls: dict[tuple[Key, Key], list[Call]] = {}
    names, frames = OwnerNames(), _Frames(builder)
    for first, batch in events.batches():
        for number, event in enumerate(batch, first):
            at = f"{events.at}[{number}]"
            if names.take(event, source.name, at):
                builder.ledger.add(Action.USED, "events", "names of threads and processes")
            elif event.ph in (BEGIN, END, WHOLE):
                fields = fields_of(event, source.name, at)
                call = _call(event, fields.ts, frames, source.name, at)
                calls.setdefault((fields.pid, fields.tid), []).append(call)
            else:
                builder.ledger.add(Action.SKIPPED, "events", "that are no calls")
    return Trace(calls, names, frames.is_sampled)


def _call(event: _Event, ts: float, frames: _Frames, source: str, at: str) -> Call:
    time = _nanoseconds(ts, source, f"{at}.ts")
    until = time
    if event.ph == WHOLE:
        try:
            duration = msgspec.convert(event.dur or 0, int | float, strict=False)
        except msgspec.ValidationError:
            raise FormatError(source, "expected a number", where=f"{at}.dur") from None
        if duration < 0:
            raise FormatError(source, f"{duration} is negative", where=f"{at}.dur")
        until = _nanoseconds(ts + duration, source, f"{at}.dur")
    if event.ph == END and not isinstance(event.name, str):
        return Call(END, time, until, ABSENT, ABSENT, at)
    frame, function = frames.find(event, source, at)
    return Call(event.ph, time, until, frame, function, at)


def _nanoseconds(microseconds: float, source: str, at: str) -> int:
    if abs(microseconds) >= _LARGEST:
        raise FormatError(source, "the times are beyond 64 bits of nanoseconds", where=at)
    return round(microseconds * _PER_MICROSECOND)
