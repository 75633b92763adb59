"""What a dump says, checked: functions, and who called whom."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from profkit.errors import EmptyInputError, FormatError
from profkit.profile import Action

if TYPE_CHECKING:
    from profkit.profile import LedgerBook

__all__ = ["Call", "Entry", "Function", "tabulate"]

LARGEST = 2.0**61 / 1e9
"""More seconds than a sum of nanoseconds has room for."""

_LARGEST_COUNT = 2**61
_ENTRY_SIZE = 5
_CALL_SIZE = 4


class Function(NamedTuple):
    """What a dump tells functions apart by; the file is ``~`` for those written in C."""

    file: str
    line: int
    name: str


class Call(NamedTuple):
    """What a caller has of a function: its calls, its own and its total time in seconds."""

    calls: int
    own: float
    total: float


@dataclass(slots=True)
class Entry:
    """A function: calls, seconds, and what its callers have of it."""

    calls: int
    own: float
    total: float
    callers: dict[Function, Call] = field(default_factory=dict)


def tabulate(value: object, source: str, ledger: LedgerBook) -> dict[Function, Entry]:
    """Check a dump's content.

    Raises :class:`FormatError` where it is none, :class:`EmptyInputError` where it is empty.
    """
    if not isinstance(value, dict):
        raise FormatError(source, "statistics are a dictionary, and here is none")
    if not value:
        raise EmptyInputError(source, "holds no calls")
    table = {}
    for number, (key, entry) in enumerate(value.items()):
        where = f"function {number}"
        function = _function(key, source, where)
        table[function] = _entry(entry, source, where, ledger)
    ledger.add(Action.READ, "functions", "all", len(table))
    strangers = {caller for entry in table.values() for caller in entry.callers} - set(table)
    cause = "callers that are not in the statistics: their calls have no caller"
    ledger.add(Action.REPAIRED, "functions", cause, len(strangers))
    for entry in table.values():
        for stranger in strangers & set(entry.callers):
            del entry.callers[stranger]
    return table


def _function(key: object, source: str, where: str) -> Function:
    match key:
        case (str(file), int(line), str(name)):
            return Function(file, line, name)
    raise FormatError(source, "a key is file, line and name; this is not", where=where)


def _entry(value: object, source: str, where: str, ledger: LedgerBook) -> Entry:
    if not isinstance(value, tuple) or len(value) != _ENTRY_SIZE:
        message = "calls twice, own and total time, and callers are expected"
        raise FormatError(source, message, where=where)
    _, calls, own, total, callers = value
    if not isinstance(callers, dict):
        raise FormatError(source, "callers are a dictionary, and here is none", where=where)
    entry = Entry(
        _count(calls, source, where),
        _seconds(own, source, where, ledger),
        _seconds(total, source, where, ledger),
    )
    for key, call in callers.items():
        entry.callers[_function(key, source, where)] = _call(entry, call, source, where, ledger)
    return entry


def _call(entry: Entry, value: object, source: str, where: str, ledger: LedgerBook) -> Call:
    if isinstance(value, tuple) and len(value) == _CALL_SIZE:
        calls, _, own, total = value
        return Call(
            _count(calls, source, where),
            _seconds(own, source, where, ledger),
            _seconds(total, source, where, ledger),
        )
    # Python's slow profiler counts calls only.
    calls = _count(value, source, where)
    share = calls / max(entry.calls, 1)
    return Call(calls, entry.own * share, entry.total * share)


def _count(value: object, source: str, where: str) -> int:
    if isinstance(value, int) and 0 <= value < _LARGEST_COUNT:
        return value
    raise FormatError(source, "a number of calls is 0 or more; this is not", where=where)


def _seconds(value: object, source: str, where: str, ledger: LedgerBook) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or abs(value) >= LARGEST:
        raise FormatError(source, "a time is a number of seconds; this is not", where=where)
    if value < 0:
        # Python's slow profiler takes off what it costs itself, and that may be too much.
        ledger.add(Action.REPAIRED, "times", "below 0: are 0", 1, where)
        return 0.0
    return float(value)
