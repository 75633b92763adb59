"""From ticks and spans to a Profile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log import names
from profkit.formats.v8log.callers import resolve_callers
from profkit.formats.v8log.fields import text
from profkit.formats.v8log.inlining import Expansion
from profkit.formats.v8log.places import locate
from profkit.formats.v8log.states import as_vm_states
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.formats.v8log.callers import Callers
    from profkit.formats.v8log.codemap import Code
    from profkit.formats.v8log.places import Places
    from profkit.formats.v8log.reader import LogReader
    from profkit.formats.v8log.selection import Selected
    from profkit.formats.v8log.ticks import Ticks
    from profkit.profile import Profile

    Indexes = npt.NDArray[np.int32]
    Numbers = npt.NDArray[np.int64]

__all__ = ["assemble"]

UNKNOWN = "UNKNOWN"
"""The label of a tick whose address is in no known code, as V8's own tool has it."""

UNNAMED = "(unnamed code)"
"""What V8 made and put beside code that the log names, without naming it."""


def assemble(log: LogReader, selected: Selected, *, like_node: bool) -> Profile:
    """Resolve what a reader gathered and a user selected, and build the tree.

    ``like_node`` does as V8's tool: see :func:`~profkit.formats.v8log.places.locate`.
    """
    places = locate(log, selected.ticks, selected.spans, like_node=like_node)
    ticks, resolver = places.ticks, places.resolver
    builder = ProfileBuilder()
    builder.ledger = log.ledger
    builder.libraries = list(places.libraries)
    frames = _Frames(places, log.code.codes, builder)
    callers = resolve_callers(ticks, resolver)
    pc = resolver.at(ticks.pc, lambda row: row)
    unnamed = places.unnamed_rows(selected.spans, log.code_ranges)
    if not like_node:
        pc[(pc == ABSENT) & unnamed[ticks.pc]] = places.unnamed
    with_tos = np.flatnonzero(ticks.tos != ABSENT)
    top = resolver.at(ticks.tos[with_tos], lambda row: with_tos[row])
    frames.name_copies(pc, top, with_tos, callers)
    frameless = frames.is_function(top)
    _account(ticks, pc, callers, places, builder, unnamed)
    expansion = Expansion(
        log.code.codes,
        resolver,
        ticks.addresses,
        log.scripts,
        builder,
        places.unnamed + 1,
    )
    callers = replace(
        callers, place=expansion.expand(callers.place, callers.address, is_leaf=False)
    )
    leaf = expansion.expand(pc, ticks.pc, is_leaf=True)
    tree, node = _grow(frames, expansion, callers, leaf, top[frameless], with_tos[frameless])
    return _finish(log, ticks, tree, node, builder)


class _Frames:
    """Makes frames of places."""

    def __init__(self, places: Places, codes: list[Code], builder: ProfileBuilder) -> None:
        self._places = places
        self._codes = codes
        self._builder = builder
        # The last place serves -1.
        self._is_function = np.zeros(places.unnamed + 2, bool)
        self._is_function[: len(codes)] = [code.is_function for code in codes]
        self._copies: dict[int, int] = {}

    def is_function(self, place: Indexes) -> npt.NDArray[np.bool_]:
        """Tell which places are JavaScript functions."""
        return self._is_function[place]

    def table(self, *places: Indexes) -> Indexes:
        """Make frames for all places that occur; returns a table to index with places."""
        table = np.full(len(self._is_function), ABSENT, np.int32)
        wanted = np.zeros(len(table), bool)
        for column in places:
            wanted[column[column < len(wanted)]] = True
        for place in np.flatnonzero(wanted).tolist():
            table[place] = self._frame(place)
        return table

    def _frame(self, place: int) -> int:
        builder, places = self._builder, self._places
        if place < places.codes:
            code = self._codes[place]
            function = builder.function(*names.name_of(code))
            label = names.label_of(code, self._copies.get(place, 0))
            return builder.frame(function, tier=names.tier_of(code), tag=label)
        if place > places.unnamed:
            return builder.frame(builder.function(UNKNOWN), tag=UNKNOWN)
        if place == places.unnamed:
            return builder.frame(builder.function(UNNAMED, kind=Kind.STUB), tag=UNNAMED)
        row = int(places.native[place - places.codes])
        number, address = int(places.library[row]), int(places.ticks.addresses[row])
        path = places.libraries[number].path
        function = builder.function(path.rpartition("/")[2] or path, path, kind=Kind.SHARED_LIBRARY)
        return builder.frame(function, address=address, library=number, tag=path)

    def name_copies(self, pc: Indexes, top: Indexes, with_tos: Numbers, callers: Callers) -> None:
        """Tell apart pieces of code of one name, other than functions, as V8's tool does.

        They are numbered in the order in which ticks first look them up: of a tick's addresses the
        top of the stack first, then the pc, then the callers.
        """
        is_plain = ~self._is_function
        is_plain[len(self._codes) :] = False
        caller = np.flatnonzero(is_plain[callers.place])
        tick = callers.first[caller]
        above = callers.depth[callers.of_tick[tick]] - callers.depth[caller]
        stride = int(callers.depth.max(initial=0)) + 3
        seen = np.concatenate([top, pc, callers.place[caller]])
        when = np.concatenate(
            [with_tos * stride, np.arange(len(pc)) * stride + 1, tick * stride + 2 + above]
        )
        first = np.full(len(is_plain), np.iinfo(np.int64).max)
        np.minimum.at(first, seen, when)
        used = np.flatnonzero(is_plain & (first != np.iinfo(np.int64).max))
        copies: dict[str, int] = {}
        for code in used[np.argsort(first[used], kind="stable")].tolist():
            name = self._codes[code].name
            self._copies[code] = copies[name] = copies.get(name, -1) + 1


def _grow(
    maker: _Frames,
    expansion: Expansion,
    callers: Callers,
    leaf: Indexes,
    top: Indexes,
    with_top: Numbers,
) -> tuple[StackTree, Indexes]:
    """Build the tree: callers first, then on them the top of the stack and the leaf of each tick.

    ``top`` are the functions on top of the stack, without a frame of their own, of the ticks
    ``with_top``.
    """
    # The frame of what is unknown serves leaves only: such callers are left out.
    is_known = np.append(callers.place != ABSENT, True)
    nearest = np.append(
        np.where(is_known[:-1], np.arange(len(callers.place)), callers.parent), ABSENT
    )
    while not is_known[nearest].all():
        nearest = np.where(is_known[nearest], nearest, nearest[nearest])
    known = np.flatnonzero(is_known[:-1])
    table = maker.table(callers.place[known], top, leaf)
    count, frames = expansion.frames(table, callers.place[known])
    # The last place serves -1.
    end = np.full(len(callers.place) + 1, ABSENT)
    end[known] = np.cumsum(count) - 1
    parent = np.arange(len(frames)) - 1
    parent[end[known] - count + 1] = end[nearest[callers.parent[known]]]
    base = end[nearest[callers.of_tick]]
    parents: list[npt.NDArray[np.integer]] = [parent, base[with_top]]
    grown: list[npt.NDArray[np.integer]] = [frames, table[top]]
    nodes = len(frames) + len(with_top)
    base[with_top] = len(frames) + np.arange(len(with_top))
    # What was inlined into the leaf grows one frame a turn.
    count, frames = expansion.frames(table, leaf)
    first = np.cumsum(count) - count
    for turn in range(int(count.max(initial=0))):
        row = np.flatnonzero(count > turn)
        parents.append(base[row])
        grown.append(frames[first[row] + turn])
        base[row] = nodes + np.arange(len(row))
        nodes += len(row)
    tree, node = StackTree.from_parents(np.concatenate(parents), np.concatenate(grown))
    return tree, node[base]


def _account(
    ticks: Ticks,
    pc: Indexes,
    callers: Callers,
    places: Places,
    builder: ProfileBuilder,
    beside_code: npt.NDArray[np.bool_],
) -> None:
    """Write into the ledger what became of ticks and of their frames."""
    ledger = builder.ledger
    is_end = (callers.address == ticks.overflow) & (ticks.overflow != ABSENT)
    overflowed = int(callers.shown[is_end].sum())
    called = int(callers.shown[~is_end].sum())
    unknown = int(callers.shown[~is_end & (callers.place == ABSENT)].sum())
    nowhere = pc == ABSENT
    null = int((nowhere & (ticks.addresses[ticks.pc] == 0)).sum())
    before = ledger.close()
    left_out = before.count(Action.DROPPED, "ticks") + before.count(Action.SKIPPED, "ticks")
    ledger.add(Action.READ, "ticks", "all", len(ticks) + left_out)
    unnamed = int((pc == places.unnamed).sum())
    ledger.add(Action.USED, "ticks", "in known code", len(ticks) - int(nowhere.sum()) - unnamed)
    ledger.add(Action.USED, "ticks", "in code that V8 made and did not name", unnamed)
    ledger.add(
        Action.REPAIRED,
        "ticks",
        "in unknown code: counted under UNKNOWN",
        int(nowhere.sum()) - null,
    )
    ledger.add(Action.REPAIRED, "ticks", "without an address: counted under UNKNOWN", null)
    ledger.add(Action.READ, "frames", "callers of ticks", called)
    ledger.add(Action.USED, "frames", "in known code", called - unknown)
    in_heap = (places.library < 0) & (ticks.addresses > 0) & ~beside_code
    heap = int(callers.shown[~is_end & (callers.place == ABSENT) & in_heap[callers.address]].sum())
    ledger.add(Action.DROPPED, "frames", "callers in functions that the log never names", heap)
    ledger.add(
        Action.DROPPED, "frames", "callers in other code that the log never names", unknown - heap
    )
    ledger.add(Action.DROPPED, "stack ends", "deeper than V8 writes (overflow)", overflowed)


def _finish(
    log: LogReader, ticks: Ticks, tree: StackTree, node: Indexes, builder: ProfileBuilder
) -> Profile:
    time, state = ticks.time * 1000, as_vm_states(ticks.state, log.version)
    for (code, kind, reason, place), count in log.deopts.items():
        function = builder.function(*names.name_of(code)) if code.name else ABSENT
        builder.deopt(function, kind, reason, place, count)
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
    profile = builder.finish(meta, value_types, tree, [Thread("main", samples)])
    return profile.replace(sources=_sources(log, profile.strings))


def _sources(log: LogReader, strings: Sequence[str]) -> dict[str, str]:
    """Return the texts of the scripts that functions are in."""
    known = set(strings)
    named = ((text(name), source) for name, source in log.texts.items())
    return {name: text(source) for name, source in named if name in known}
