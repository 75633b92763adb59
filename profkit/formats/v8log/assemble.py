"""From ticks and spans to a Profile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log import names
from profkit.formats.v8log.callers import resolve_callers
from profkit.formats.v8log.copies import RESERVED, at_originals
from profkit.formats.v8log.inlining import Expansion
from profkit.formats.v8log.resolve import (
    Resolver,
    in_libraries,
    longest_mappings,
    page_bits_of_tool,
)
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
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from profkit.formats.v8log.callers import Callers
    from profkit.formats.v8log.codemap import Code, Spans
    from profkit.formats.v8log.reader import LogReader
    from profkit.formats.v8log.selection import Selected
    from profkit.formats.v8log.sources import Script
    from profkit.formats.v8log.ticks import Ticks
    from profkit.profile import Library, Profile

    Indexes = npt.NDArray[np.int32]
    Numbers = npt.NDArray[np.int64]

__all__ = ["assemble"]

UNKNOWN = "UNKNOWN"
"""The label of a tick whose address is in no known code, as V8's own tool has it."""

UNNAMED = "(unnamed code)"
"""What V8 made and put beside code that the log names, without naming it."""

_NEAR = 1 << 16
_EMBEDDED = ("Builtin", "BytecodeHandler")


def assemble(log: LogReader, selected: Selected, *, like_node: bool) -> Profile:
    """Resolve what a reader gathered and a user selected, and build the tree.

    ``like_node`` does as V8's tool: it takes the first of several mappings of one file instead of
    the longest, does not look for code that the log names in a library, nor on pages whose numbers,
    as they wrap there, are a library's.
    """
    ticks, spans = selected.ticks, selected.spans
    builder = ProfileBuilder()
    builder.ledger = log.ledger
    if like_node:
        builder.libraries = log.libraries
        library = in_libraries(ticks.addresses, log.libraries, page_bits_of_tool(log.version))
    else:
        builder.libraries = longest_mappings(log.libraries)
        ticks = _at_originals(ticks, log, spans, builder.libraries)
        library = in_libraries(ticks.addresses, builder.libraries)
    places = _Places(ticks, log.code.codes, spans, library, builder, library_first=like_node)
    callers = places.callers(ticks)
    pc = places.at(ticks.pc, lambda row: row)
    if not like_node:
        places.gather_unnamed(pc, ticks, spans, log.code_ranges)
    with_tos = np.flatnonzero(ticks.tos != ABSENT)
    top = places.at(ticks.tos[with_tos], lambda row: with_tos[row])
    places.name_copies(pc, top, with_tos, callers)
    frameless = places.is_function(top)
    _account(ticks, pc, callers, places)
    expansion = places.expansion(log.scripts)
    callers = replace(
        callers, place=expansion.expand(callers.place, callers.address, is_leaf=False)
    )
    leaf = expansion.expand(pc, ticks.pc, is_leaf=True)
    tree, node = _grow(places, expansion, callers, leaf, top[frameless], with_tos[frameless])
    return _finish(log, ticks, tree, node, builder)


def _at_originals(
    ticks: Ticks, log: LogReader, spans: Spans, libraries: Sequence[Library]
) -> Ticks:
    """Let addresses in a copy of the builtins be those of the builtins that the log names."""
    embedded = [n for n, code in enumerate(log.code.codes) if code.type in _EMBEDDED]
    is_builtin = np.isin(spans.code, embedded) & (in_libraries(spans.start, libraries) >= 0)
    if not log.code_ranges or not is_builtin.any():
        return ticks
    extent = np.array([spans.start[is_builtin].min(), spans.end[is_builtin].max()])
    unknown = (in_libraries(ticks.addresses, libraries) == ABSENT) & (
        Resolver(ticks.addresses, spans, ticks).fixed == ABSENT
    )
    return replace(ticks, addresses=at_originals(ticks.addresses, unknown, extent, log.code_ranges))


class _Places:
    """What lies at an address: dynamic code, a library, or nothing known.

    A place is a number: that of a :class:`Code`, past all of them one for each native address, and
    at last one for all code that V8 made and did not name.
    """

    def __init__(
        self,
        ticks: Ticks,
        codes: list[Code],
        spans: Spans,
        library: Numbers,
        builder: ProfileBuilder,
        *,
        library_first: bool,
    ) -> None:
        self.codes = codes
        self._addresses = ticks.addresses
        self._library = library
        in_code = library == ABSENT if library_first else np.ones(len(library), bool)
        resolver = Resolver(np.where(in_code, ticks.addresses, ABSENT), spans, ticks)
        is_native = library >= 0
        if library_first:
            resolver.fixed[~in_code] = ABSENT
        else:
            is_native &= resolver.fixed < 0
        self._native = np.flatnonzero(is_native)
        resolver.fixed[self._native] = len(self.codes) + np.arange(len(self._native))
        self._resolver = resolver
        self.at = resolver.at
        self.builder = builder
        self._libraries = builder.libraries
        self.unnamed = len(self.codes) + len(self._native)
        # The last place serves -1.
        self._is_function = np.zeros(self.unnamed + 2, bool)
        self._is_function[: len(self.codes)] = [code.is_function for code in self.codes]
        self._copies: dict[int, int] = {}

    def callers(self, ticks: Ticks) -> Callers:
        """Return what the callers of all ticks lie in."""
        return resolve_callers(ticks, self._resolver)

    def expansion(self, scripts: Mapping[int, Script]) -> Expansion:
        """Return what turns places into one or several frames."""
        return Expansion(
            self.codes,
            self._resolver,
            self._addresses,
            scripts,
            self.builder,
            self.unnamed + 1,
            [],
            {},
        )

    def is_function(self, place: Indexes) -> npt.NDArray[np.bool_]:
        """Tell which places are JavaScript functions."""
        return self._is_function[place]

    def gather_unnamed(
        self, pc: Indexes, ticks: Ticks, spans: Spans, code_ranges: Sequence[int]
    ) -> None:
        """Put ticks that are where V8 has its code, but in none that the log names, in one place.

        Such as the jump tables of WebAssembly. ``pc`` is changed.
        """
        addresses = ticks.addresses
        starts = np.sort(spans.start)
        after = np.append(starts, np.iinfo(np.int64).max)[np.searchsorted(starts, addresses)]
        is_code = (addresses > 0) & (after - addresses < _NEAR)
        for begin in code_ranges:
            is_code |= (addresses >= begin) & (addresses < begin + RESERVED[0])
        pc[(pc == ABSENT) & (self._library[ticks.pc] < 0) & is_code[ticks.pc]] = self.unnamed

    def frame_table(self, *places: Indexes) -> Indexes:
        """Make frames for all places that occur; returns a table to index with places."""
        table = np.full(len(self._is_function), ABSENT, np.int32)
        wanted = np.zeros(len(table), bool)
        for column in places:
            wanted[column[column < len(wanted)]] = True
        for place in np.flatnonzero(wanted).tolist():
            table[place] = self._frame(place)
        return table

    def _frame(self, place: int) -> int:
        builder = self.builder
        if place < len(self.codes):
            code = self.codes[place]
            function = builder.function(*names.name_of(code))
            label = names.label_of(code, self._copies.get(place, 0))
            return builder.frame(function, tier=names.tier_of(code), tag=label)
        if place > self.unnamed:
            return builder.frame(builder.function(UNKNOWN), tag=UNKNOWN)
        if place == self.unnamed:
            return builder.frame(builder.function(UNNAMED, kind=Kind.STUB), tag=UNNAMED)
        address = int(self._native[place - len(self.codes)])
        number = int(self._library[address])
        path = self._libraries[number].path
        name = path.rpartition("/")[2] or path
        function = builder.function(name, path, kind=Kind.SHARED_LIBRARY)
        return builder.frame(
            function, address=int(self._addresses[address]), library=number, tag=path
        )

    def name_copies(self, pc: Indexes, top: Indexes, with_tos: Numbers, callers: Callers) -> None:
        """Tell apart pieces of code of one name, other than functions, as V8's tool does.

        They are numbered in the order in which ticks first look them up: of a tick's addresses the
        top of the stack first, then the pc, then the callers.
        """
        is_plain = ~self._is_function
        is_plain[len(self.codes) :] = False
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
            name = self.codes[code].name
            self._copies[code] = copies[name] = copies.get(name, -1) + 1


def _grow(
    places: _Places,
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
    table = places.frame_table(callers.place[known], top, leaf)
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


def _account(ticks: Ticks, pc: Indexes, callers: Callers, places: _Places) -> None:
    """Write into the ledger what became of ticks and of their frames."""
    ledger = places.builder.ledger
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
    ledger.add(Action.DROPPED, "frames", "callers in code that the log never names", unknown)
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
    return builder.finish(meta, value_types, tree, [Thread("main", samples)])
