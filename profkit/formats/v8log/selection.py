"""Leave out the ticks that were not asked for, as if the log did not hold them.

Source: V8's ``tools/logreader.mjs`` (``processLogLine``) and ``tools/tickprocessor.mjs``
(``processTick``, ``includeTick``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import FormatError
from profkit.formats.selection import EXCLUDED, EXCLUDED_COLLECTING, TickSelection
from profkit.formats.v8log.states import GC, IDLE, states_of
from profkit.profile import Action

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.v8log.codemap import Spans
    from profkit.formats.v8log.reader import LogReader
    from profkit.formats.v8log.ticks import Ticks

    Mask = npt.NDArray[np.bool_]
    Numbers = npt.NDArray[np.int64]

__all__ = ["MARKS", "Selected", "select"]

CLOCK = b"current-time"
TIMERS = (b"timer-event-start", b"timer-event-end")
MARKS = (CLOCK, *TIMERS)
"""The lines that a selection goes by."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What is left of a log's ticks and spans.

    ``delay`` (``float64``, shape ``(ticks,)``) is what logging had taken by each tick, in
    microseconds, added up as V8's tool does.
    """

    ticks: Ticks
    spans: Spans
    delay: npt.NDArray[np.float64]


def select(log: LogReader, selection: TickSelection) -> Selected:
    """Return the ticks that were asked for, and when code lay where, counted in those ticks.

    What is left out goes to the log's ledger. Raises :class:`FormatError` for a state that the
    log's V8 does not have.
    """
    ticks, spans = log.ticks.close(), log.code.spans()
    states = states_of(log.version)
    if selection.state and selection.state not in states:
        raise FormatError(
            log.name, f"V8 {log.version} has no state {selection.state!r}, only {', '.join(states)}"
        )
    delay = np.zeros(len(ticks))
    if selection == TickSelection():
        return Selected(ticks, spans, delay)
    clock = np.array(log.marks[CLOCK], np.int64)
    timed = _between(len(ticks), clock, selection)
    timers = sorted(chain.from_iterable(log.marks[kind] for kind in TIMERS))
    delay = _delay(timed, np.array(timers, np.int64), selection)
    time = ticks.time - delay
    inside = timed & (time >= _microseconds(selection.start, -np.inf))
    inside &= time <= _microseconds(selection.end, np.inf)
    wanted = inside & _in_state(ticks, states, selection)
    collecting = ticks.state == states.index(GC)
    for cause, left_out in (
        ("outside of the calls of Date.now()", ~timed),
        ("outside of the range of time", timed & ~inside),
        (EXCLUDED_COLLECTING, inside & ~wanted & collecting),
        (EXCLUDED, inside & ~wanted & ~collecting),
    ):
        log.ledger.add(Action.SKIPPED, "ticks", cause, int(left_out.sum()))
    return Selected(_some(ticks, wanted), _counted(spans, wanted), delay[wanted])


def _between(ticks: int, clock: Numbers, selection: TickSelection) -> Mask:
    """Tell which ticks are between calls of the clock; ``clock`` numbers the ticks after them."""
    if not selection.timed and not selection.pairwise:
        return np.ones(ticks, bool)
    before = np.searchsorted(clock, np.arange(ticks), side="right")
    inside = (before > 0) & (before < len(clock))
    return inside & (before % 2 == 1) if selection.pairwise else inside


def _delay(timed: Mask, timers: Numbers, selection: TickSelection) -> npt.NDArray[np.float64]:
    """Return what logging had taken by each tick, in microseconds."""
    lines = np.cumsum(timed) + np.searchsorted(timers, np.arange(len(timed)), side="right")
    each = np.full(int(lines[-1]) + 1 if len(lines) else 1, selection.distortion / 1000)
    each[0] = 0
    return np.cumsum(each)[lines]


def _microseconds(milliseconds: int | None, otherwise: float) -> float:
    return otherwise if milliseconds is None else milliseconds * 1000.0


def _in_state(ticks: Ticks, states: tuple[str, ...], selection: TickSelection) -> Mask:
    wanted = np.ones(len(ticks), bool)
    if selection.not_idle:
        wanted &= ticks.state != states.index(IDLE)
    elif selection.state:
        wanted &= ticks.state == states.index(selection.state)
    return wanted


def _some(ticks: Ticks, wanted: Mask) -> Ticks:
    """Return some of the ticks. Callers that none of them has stay where they are."""
    return replace(
        ticks,
        pc=ticks.pc[wanted],
        tos=ticks.tos[wanted],
        stack=ticks.stack[wanted],
        time=ticks.time[wanted],
        state=ticks.state[wanted],
    )


def _counted(spans: Spans, wanted: Mask) -> Spans:
    """Count time in the ticks that are left, and drop code that was there for none of them."""
    before = np.concatenate([[0], np.cumsum(wanted)])
    since = before[np.minimum(spans.since, len(wanted))]
    until = np.where(
        spans.until > len(wanted), spans.until, before[np.minimum(spans.until, len(wanted))]
    )
    there = np.flatnonzero(since < until)
    return replace(
        spans,
        start=spans.start[there],
        end=spans.end[there],
        since=since[there],
        until=until[there],
        code=spans.code[there],
    )
