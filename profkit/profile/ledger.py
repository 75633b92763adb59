"""The ledger: what was read, dropped and repaired, so that nothing is lost silently."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Action", "Entry", "Ledger", "LedgerBook"]


class Action(enum.Enum):
    """What became of the things that an entry counts."""

    READ = "read"
    USED = "used"
    SKIPPED = "skipped"
    REPAIRED = "repaired"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Entry:
    """``count`` things of a ``unit`` (lines, ticks, frames …) met one fate for one ``cause``.

    ``example`` is where the first of them stands, such as ``line 17``; empty where that says
    nothing.
    """

    action: Action
    unit: str
    cause: str
    count: int
    example: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries, in the order in which their causes first occurred."""

    entries: tuple[Entry, ...] = ()

    def count(self, action: Action, unit: str | None = None, cause: str | None = None) -> int:
        """Return how many things met this fate, of one unit and for one cause if given."""
        return sum(
            entry.count
            for entry in self.entries
            if entry.action is action
            and (unit is None or entry.unit == unit)
            and (cause is None or entry.cause == cause)
        )

    @property
    def losses(self) -> tuple[Entry, ...]:
        """The entries that a reader of the figures should know: repaired and dropped."""
        return tuple(e for e in self.entries if e.action in (Action.REPAIRED, Action.DROPPED))

    def merged(self, other: Ledger) -> Ledger:
        """Return the sum of two ledgers."""
        book = LedgerBook(self)
        for entry in other.entries:
            book.add(entry.action, entry.unit, entry.cause, entry.count, entry.example)
        return book.close()


class LedgerBook:
    """A ledger being written."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        """Begin with the entries of ``ledger``."""
        self._entries: dict[tuple[Action, str, str], tuple[int, str]] = {}
        for entry in ledger.entries if ledger else ():
            self.add(entry.action, entry.unit, entry.cause, entry.count, entry.example)

    def add(self, action: Action, unit: str, cause: str, count: int = 1, example: str = "") -> None:
        """Count ``count`` more things; a count of 0 leaves no entry."""
        if not count:
            return
        key = (action, unit, cause)
        before, first = self._entries.get(key, (0, ""))
        self._entries[key] = (before + count, first or example)

    def close(self) -> Ledger:
        """Return what was written."""
        return Ledger(
            tuple(
                Entry(action, unit, cause, count, example)
                for (action, unit, cause), (count, example) in self._entries.items()
            )
        )
