"""From ticks and spans to a Profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log import names
from profkit.formats.v8log.resolve import Resolver, Windows, in_libraries
from profkit.profile import (
    ABSENT,
    COUNT,
    Action,
    Kind,
    Meta,
    ProfileBuilder,
    SampleTable,
    StackTree,
    Thread,
    ValueType,
)
from profkit.profile.columns import ragged

if TYPE_CHECKING:
    import numpy.typing as npt

    from profkit.formats.v8log.codemap import Code, Spans
    from profkit.formats.v8log.reader import LogReader
    from profkit.formats.v8log.ticks import Ticks
    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["assemble"]

UNKNOWN = "UNKNOWN"
"""The label of a tick whose address is in no known code, as V8's own tool has it."""


def assemble(log: LogReader) -> Profile:
    """Resolve what a reader gathered, and build the tree."""
    ticks, spans = log.ticks.close(), log.code.spans()
    builder = ProfileBuilder()
    builder.ledger = log.ledger
    builder.libraries = log.libraries
    places = _Places(ticks, spans, log, builder)
    rows = _caller_rows(ticks, places)
    places.name_copies(ticks, rows)
    tree, node = _grow(ticks, places, rows)
    _account(ticks, places, rows, builder)
    return _finish(log, ticks, tree, node, builder)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Distinct stacks of callers, from the leaf's caller to the root.

    ``codes`` (shape ``(sum(counts),)``) holds code numbers as in :class:`_Places`, -1 where the
    caller is unknown. ``tick`` is the first tick that shows a row, ``of_tick`` each tick's row.
    """

    counts: Numbers
    codes: Numbers
    tick: Numbers
    of_tick: Numbers


class _Places:
    """What lies at an address: dynamic code, a library, or nothing known.

    A place is a number: that of a :class:`Code`, or past all of them one for each native address.
    """

    def __init__(
        self, ticks: Ticks, spans: Spans, log: LogReader, builder: ProfileBuilder
    ) -> None:
        windows = Windows.of(ticks)
        self.windows = windows
        self.codes: list[Code] = log.code.codes
        self._addresses = ticks.addresses
        self._library = in_libraries(ticks.addresses, log.libraries)
        dynamic = np.where(self._library == ABSENT, ticks.addresses, ABSENT)
        self._resolver = Resolver(dynamic, spans, windows)
        native = np.flatnonzero(self._library >= 0)
        self._resolver.fixed[self._library != ABSENT] = ABSENT
        self._resolver.fixed[native] = len(self.codes) + np.arange(len(native))
        self._native = native
        self._builder = builder
        self._libraries = log.libraries
        self._is_function = np.zeros(len(self.codes) + len(native) + 1, bool)
        self._is_function[: len(self.codes)] = [code.is_function for code in self.codes]
        self._copies: dict[int, int] = {}

    def at(self, address: npt.NDArray[np.integer], tick: Numbers) -> Numbers:
        """Return the place of each address at each tick, -1 where nothing is known."""
        return self._resolver.at(address, tick)

    def varies(self, address: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Tell which addresses held different code in the course of time."""
        return self._resolver.varies(address)

    def is_function(self, place: Numbers) -> npt.NDArray[np.bool_]:
        """Tell which places are JavaScript functions."""
        return self._is_function[place]

    def frames(self, place: Numbers) -> Numbers:
        """Return the frame of each place; those that occur get one."""
        wanted, row = np.unique(place, return_inverse=True)
        frames = [self._frame(number) for number in wanted.tolist()]
        return np.array(frames, np.int64)[row] if len(row) else np.zeros(0, np.int64)

    def _frame(self, place: int) -> int:
        builder = self._builder
        if place == ABSENT:
            return builder.frame(builder.function(UNKNOWN), tag=UNKNOWN)
        if place < len(self.codes):
            code = self.codes[place]
            function = builder.function(*names.name_of(code))
            label = names.label_of(code, self._copies.get(place, 0))
            return builder.frame(function, tier=names.tier_of(code), tag=label)
        address = int(self._native[place - len(self.codes)])
        number = int(self._library[address])
        path = self._libraries[number].path
        name = path.rpartition("/")[2] or path
        function = builder.function(name, path, kind=Kind.SHARED_LIBRARY)
        return builder.frame(
            function, address=int(self._addresses[address]), library=number, tag=path
        )

    def name_copies(self, ticks: Ticks, rows: _Rows) -> None:
        """Tell apart pieces of code of one name, other than functions, as V8's tool does.

        They are numbered in the order in which ticks first look them up: of a tick's addresses the
        top of the stack first, then the pc, then the callers.
        """
        number = np.arange(len(ticks))
        tos = np.flatnonzero(ticks.tos != ABSENT)
        stride = int(rows.counts.max(initial=0)) + 2
        seen = np.concatenate([self.at(ticks.tos[tos], tos), self.at(ticks.pc, number), rows.codes])
        starts = np.cumsum(rows.counts) - rows.counts
        depth = np.arange(len(rows.codes)) - np.repeat(starts, rows.counts)
        when = np.concatenate(
            [tos * stride, number * stride + 1, np.repeat(rows.tick, rows.counts) * stride + 2 + depth]
        )
        plain = (seen >= 0) & (seen < len(self.codes))
        plain[plain] = ~self._is_function[seen[plain]]
        first = np.full(len(self.codes), np.iinfo(np.int64).max)
        np.minimum.at(first, seen[plain], when[plain])
        used = np.unique(seen[plain])
        copies: dict[str, int] = {}
        for code in used[np.argsort(first[used], kind="stable")].tolist():
            name = self.codes[code].name
            self._copies[code] = copies[name] = copies.get(name, -1) + 1


def _caller_rows(ticks: Ticks, places: _Places) -> _Rows:
    """Resolve the callers: once for each distinct stack, or by tick where an address varies."""
    stacks = len(ticks.counts)
    starts = np.cumsum(ticks.counts, dtype=np.int64) - ticks.counts
    unsteady = np.zeros(stacks, bool)
    varies = places.varies(ticks.tokens)
    unsteady[np.repeat(np.arange(stacks), ticks.counts)[varies]] = True
    by_tick = np.flatnonzero(unsteady[ticks.stack])
    first = np.minimum(places.windows.stack_first, len(ticks))
    steady = np.flatnonzero(~unsteady)
    stack = np.concatenate([steady, ticks.stack[by_tick]])
    tick = np.concatenate([first[steady], by_tick])
    counts = ticks.counts[stack].astype(np.int64)
    tokens = ticks.tokens[ragged(starts[stack], counts)]
    codes = places.at(tokens, np.repeat(tick, counts))
    row_of_stack = np.zeros(stacks, np.int64)
    row_of_stack[steady] = np.arange(len(steady))
    of_tick = row_of_stack[ticks.stack]
    of_tick[by_tick] = len(steady) + np.arange(len(by_tick))
    return _Rows(counts, codes, tick, of_tick)


def _grow(ticks: Ticks, places: _Places, rows: _Rows) -> tuple[StackTree, Numbers]:
    """Build the tree: callers first, then on them the top of the stack and the pc of each tick."""
    known = rows.codes != ABSENT
    owner = np.repeat(np.arange(len(rows.counts)), rows.counts)
    counts = np.bincount(owner[known], minlength=len(rows.counts))
    frames = places.frames(rows.codes[known])
    callers, leaf = StackTree.from_stacks(counts, _reversed(frames, counts))
    number = np.arange(len(ticks))
    pc = places.frames(places.at(ticks.pc, number))
    tos = np.full(len(ticks), ABSENT, np.int64)
    with_tos = np.flatnonzero(ticks.tos != ABSENT)
    top = places.at(ticks.tos[with_tos], with_tos)
    frameless = places.is_function(top) & (top != ABSENT)
    tos[with_tos[frameless]] = places.frames(top[frameless])
    base = leaf[rows.of_tick].astype(np.int64)
    middle = np.flatnonzero(tos != ABSENT)
    parents, above = [callers.parent.astype(np.int64), base[middle]], base.copy()
    above[middle] = len(callers) + np.arange(len(middle))
    tree, node = StackTree.from_parents(
        np.concatenate([*parents, above]),
        np.concatenate([callers.frame, tos[middle], pc]),
    )
    return tree, node[len(callers) + len(middle) :].astype(np.int64)


def _reversed(flat: Numbers, counts: Numbers) -> Numbers:
    """Turn each of several stacks that follow one another upside down."""
    ends = np.cumsum(counts)
    back = np.repeat(2 * ends - counts - 1, counts) - np.arange(len(flat))
    return flat[back]


def _account(ticks: Ticks, places: _Places, rows: _Rows, builder: ProfileBuilder) -> None:
    """Write into the ledger what became of ticks and of their frames."""
    ledger = builder.ledger
    shown = np.bincount(rows.of_tick, minlength=len(rows.counts))
    owner = np.repeat(np.arange(len(rows.counts)), rows.counts)
    lost = np.bincount(owner[rows.codes == ABSENT], minlength=len(rows.counts))
    callers, unknown = int((rows.counts * shown).sum()), int((lost * shown).sum())
    nowhere = int((places.at(ticks.pc, np.arange(len(ticks))) == ABSENT).sum())
    ledger.add(Action.READ, "ticks", "all", len(ticks))
    ledger.add(Action.USED, "ticks", "in known code", len(ticks) - nowhere)
    ledger.add(Action.REPAIRED, "ticks", "in unknown code: counted under UNKNOWN", nowhere)
    ledger.add(Action.READ, "frames", "callers of ticks", callers)
    ledger.add(Action.USED, "frames", "in known code", callers - unknown)
    ledger.add(Action.DROPPED, "frames", "callers in code that the log never names", unknown)
    overflowed = int(np.isin(ticks.stack, ticks.overflowed).sum())
    ledger.add(Action.DROPPED, "stack ends", "deeper than V8 writes (overflow)", overflowed)


def _finish(
    log: LogReader, ticks: Ticks, tree: StackTree, node: Numbers, builder: ProfileBuilder
) -> Profile:
    time, state = ticks.time * 1000, ticks.state
    backwards = int((time[1:] < time[:-1]).sum())
    if backwards:
        order = np.argsort(time, kind="stable")
        time, state, node = time[order], state[order], node[order]
        builder.ledger.add(
            Action.REPAIRED, "ticks", "earlier than the tick before: sorted by time", backwards
        )
    samples = SampleTable(node, np.ones(len(node), np.int64), time, state)
    facts = (("platform", log.platform),) if log.platform else ()
    meta = Meta(
        format="v8log",
        source=log.name,
        producer=f"V8 {log.version}" if log.version else "V8",
        start_time=int(time[0]) if len(time) else None,
        end_time=int(time[-1]) if len(time) else None,
        interval=log.interval,
        facts=facts,
    )
    value_types = (ValueType("ticks", COUNT),)
    return builder.finish(meta, value_types, tree, [Thread("main", samples)])
