"""From calls to samples: what is open between two events of a thread is one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING

from profkit.errors import EmptyInputError
from profkit.formats.sweep import Sweep
from profkit.formats.trace_spans.calls import BEGIN, WHOLE
from profkit.profile import (
    ABSENT,
    NANOSECONDS,
    Action,
    Meta,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)

if TYPE_CHECKING:
    from profkit.formats.trace_spans.calls import Call, Trace
    from profkit.profile import LedgerBook, Profile, ProfileBuilder

__all__ = ["assemble"]

_TIME = ValueType("time", NANOSECONDS)
_WAITING = "counts on for the call before it, as py-spy writes no end for that"


@dataclass(frozen=True, slots=True)
class _Open:
    """A call that has begun.

    ``until`` is where it ends, None where an event will say so; ``limit`` where the innermost call
    ends of which that is known, this one or one around it.
    """

    function: int
    until: int | None
    limit: int | None


@dataclass(slots=True)
class _Calls:
    """Follows the calls of one thread.

    ``begun`` counts those open that an event will end, by function, and all under -1.
    """

    sweep: Sweep
    ledger: LedgerBook
    open: list[_Open] = field(default_factory=list)
    begun: Counter[int] = field(default_factory=Counter)

    def take(self, call: Call) -> None:
        """Take the next event."""
        while self.open and (until := self.open[-1].until) is not None and until <= call.time:
            self._close(until)
        if call.phase == BEGIN:
            self._begin(call, None)
        elif call.phase == WHOLE:
            limit = self._limit
            around = call.until if limit is None else limit
            if call.until > around:
                cause = "calls that end after the one around them: cut there"
                self.ledger.add(Action.REPAIRED, "events", cause, 1, call.at)
            self._begin(call, min(call.until, around))
        else:
            self._end(call)

    def finish(self) -> None:
        """Close what is still open."""
        for one in reversed(self.open.copy()):
            if one.until is None:
                cause = "calls that never end: closed at the thread's last event"
                self.ledger.add(Action.REPAIRED, "events", cause)
            self._close(self.sweep.now if one.until is None else one.until)

    @property
    def _limit(self) -> int | None:
        return self.open[-1].limit if self.open else None

    def _begin(self, call: Call, until: int | None) -> None:
        self.ledger.add(Action.USED, "events", "of calls")
        self.open.append(_Open(call.function, until, self._limit if until is None else until))
        if until is None:
            self.begun.update((call.function, ABSENT))
        self.sweep.open(call.frame, call.time)

    def _end(self, call: Call) -> None:
        """End the innermost call, or the innermost one of that name, with what is above it."""
        if not self.begun[call.function]:
            cause = "that end a call which has not begun"
            self.ledger.add(Action.DROPPED, "events", cause, 1, call.at)
            return
        depth = len(self.open) - 1
        while self.open[depth].until is not None or call.function not in (
            ABSENT,
            self.open[depth].function,
        ):
            depth -= 1
        if above := len(self.open) - depth - 1:
            cause = "calls that end after the one around them: cut there"
            self.ledger.add(Action.REPAIRED, "events", cause, above, call.at)
        self.ledger.add(Action.USED, "events", "of calls")
        while len(self.open) > depth:
            self._close(call.time)

    def _close(self, time: int) -> None:
        one = self.open.pop()
        if one.until is None:
            self.begun.subtract((one.function, ABSENT))
        self.sweep.close(time)


def assemble(trace: Trace, source: str, builder: ProfileBuilder) -> Profile:
    """Make the profile of collected calls, a thread of each of the trace's.

    Raises :class:`EmptyInputError` where there are none.
    """
    swept = []
    for owner, calls in trace.calls.items():
        calls.sort(key=attrgetter("order"))
        follower = _Calls(Sweep(calls[0].time), builder.ledger)
        for call in calls:
            follower.take(call)
        follower.finish()
        columns = follower.sweep.columns()
        if len(columns[2]):
            swept.append((owner, columns))
    if not swept:
        raise EmptyInputError(source, "holds no calls: no events of the phases B, E or X")
    tree, places = StackTree.from_trees([(c[0], c[1]) for _, c in swept])
    threads = []
    for (owner, (_, _, node, value, time)), place in zip(swept, places, strict=True):
        thread = Thread("", SampleTable(place[node], value, time))
        threads.append(trace.names.given_to(thread, *owner))
    ends = [int(time[-1] + value[-1]) for _, (_, _, _, value, time) in swept]
    meta = Meta(
        format="trace_spans",
        source=source,
        start_time=min(int(columns[4][0]) for _, columns in swept),
        end_time=max(ends),
        producer="py-spy" if trace.is_sampled else "",
        facts=(("waiting", _WAITING),) if trace.is_sampled else (),
    )
    return builder.finish(meta, [_TIME], tree, threads)
