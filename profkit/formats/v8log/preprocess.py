"""A log as JSON with its code, functions, ticks and scripts, as V8's own tool preprocesses it.

Source: ``JsonProfile`` in V8's ``tools/profile.mjs``. Other tools (speedscope, CpuPro) read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from profkit.formats.v8log.callers import resolve_callers
from profkit.formats.v8log.codemap import CodeMap
from profkit.formats.v8log.fields import number, text
from profkit.formats.v8log.halves import follow_all
from profkit.formats.v8log.names import tier_mark
from profkit.formats.v8log.places import locate
from profkit.formats.v8log.reader import LogReader
from profkit.formats.v8log.selection import MARKS, select
from profkit.formats.v8log.sources import functions_of
from profkit.profile import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from profkit.formats.registry import ReadOptions
    from profkit.formats.v8log.codemap import Function
    from profkit.formats.v8log.places import Places
    from profkit.formats.v8log.selection import Selected
    from profkit.profile import LedgerBook, Library
    from profkit.source import Source

    Numbers = npt.NDArray[np.int64]

__all__ = ["Preprocessed", "preprocess"]

_KINDS = {"": "Builtin", "~": "Unopt", "^": "Sparkplug", "+": "Maglev", "*": "Opt"}
_OLD_KINDS = _KINDS | {"^": "Baseline", "+": "Turboprop"}
_FIRST_WITH_SPARKPLUG = 11
"""The V8 whose tool began to call it by that name."""


def preprocess(source: Source, options: ReadOptions) -> Preprocessed:
    """Read a log, streamed.

    Raises :class:`~profkit.errors.FormatError` where no line of it is V8's.
    """
    log = _CodeReader(source.name)
    follow_all(log, source)
    selected = select(log, options.ticks)
    places = locate(log, selected.ticks, selected.spans, like_node=not options.symbols)
    return Preprocessed(log, selected, places)


class _CodeReader(LogReader):
    """Follows a log and keeps all that it tells of code.

    Each piece of code has a number of its own here, also where a function is compiled once more.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, inlined=True, lines=True, marks=MARKS)
        self.code = CodeMap(keep_places=True)
        # One by one: each is another place of its entry.
        self._handlers[b"code-move"] = self._code_move
        del self._takers[b"code-move"]
        self.entries: list[dict[str, Any]] = []
        self.functions: list[dict[str, Any]] = []
        self.sources: dict[int, dict[str, Any]] = {}
        self.library_entries: list[int] = []
        self.code_entries: list[int] = []
        self._function_numbers: dict[Function, tuple[str, int]] = {}

    def _create(
        self, fields: list[bytes], start: int, size: int, name: str, function: list[bytes]
    ) -> None:
        kind, time = text(fields[1]), int(fields[3]) if self._dialect.has_times else 0
        entry: dict[str, Any] = {"name": name}
        if function:
            mark = tier_mark(text(function[1]) if len(function) > 1 else "")
            owner = self._function_number(number(function[0]), name)
            self.functions[owner]["codes"].append(len(self.entries))
            entry |= {"type": "JS", "kind": self._kind(mark), "func": owner, "tm": time}
        else:
            entry |= {"timestamp": time, "type": "CODE", "kind": kind}
        self.code.create(kind, start, size, name)
        self.code_entries.append(len(self.entries))
        self.entries.append(entry)

    def _code_move(self, line: bytes) -> None:
        fields = line.split(b",")
        before = self.code.number_at(number(fields[1]))
        self._move_all([fields], self.lines)
        if before != ABSENT:
            self.code_entries.append(self.code_entries[before])

    def _kind(self, mark: str) -> str:
        major = self.version.partition(".")[0]
        is_old = major.isdecimal() and int(major) < _FIRST_WITH_SPARKPLUG
        return (_OLD_KINDS if is_old else _KINDS)[mark]

    def _function_number(self, at: int, name: str) -> int:
        function = self.code.function(at, name)
        known = self._function_numbers.get(function)
        if known is None or known[0] != name:
            known = self._function_numbers[function] = (name, len(self.functions))
            self.functions.append({"name": name, "codes": []})
        return known[1]

    def _shared_library(self, line: bytes) -> None:
        before = len(self.libraries)
        super()._shared_library(line)
        for library in self.libraries[before:]:
            self.library_entries.append(len(self.entries))
            self.entries.append({"name": library.path, "type": "SHARED_LIB"})

    def _code_deopt(self, line: bytes) -> None:
        _, time, _, at, inlining, offset, kind, *place, reason = self._dialect.split(line)
        code = self.code.number_at(number(at))
        if code != ABSENT:
            self.entries[self.code_entries[code]].setdefault(
                "deopt",
                {
                    "tm": int(time),
                    "inliningId": int(inlining),
                    "scriptOffset": int(offset),
                    "posText": self._dialect.text(b",".join(place)),
                    "reason": self._dialect.text(reason),
                    "bailoutType": self._dialect.text(kind),
                },
            )

    def _source_info(self, line: bytes) -> None:
        _, at, script, start, end, positions, inlined, functions = line.split(b",", 7)
        code = self.code.number_at(number(at))
        if code == ABSENT:
            return
        known = [self.code.function_at(function) for function in functions_of(functions)]
        self.entries[self.code_entries[code]]["source"] = {
            "script": int(script),
            "start": int(start),
            "end": int(end),
            "positions": text(positions),
            "inlined": text(inlined),
            "fns": [function and self._function_numbers[function][1] for function in known],
        }

    def _script_source(self, line: bytes) -> None:
        _, script, url, source = line.split(b",", 3)
        self.sources[int(script)] = {"id": int(script), "url": text(url), "source": text(source)}


@dataclass(frozen=True)
class Preprocessed:
    """What a log holds: its code, and which code each tick was in."""

    _log: _CodeReader
    _selected: Selected
    _places: Places

    @property
    def ledger(self) -> LedgerBook:
        """What became of each line."""
        return self._log.ledger

    @property
    def libraries(self) -> Sequence[Library]:
        """The mapped files."""
        return self._places.libraries

    @property
    def native(self) -> tuple[Numbers, Numbers]:
        """The addresses in libraries, and the number of each one's library; ``int64``."""
        rows = self._places.native
        return self._places.ticks.addresses[rows], self._places.library[rows]

    def lines(self, names: Mapping[int, tuple[str, int]]) -> Iterator[str]:
        """Yield the JSON in pieces, one line a tick.

        ``names`` are the functions of native addresses, by the place of those in ``native``, each
        with where it begins: code of its own, which the log does not tell of.
        """
        entries = list(self._log.entries)
        entry, start = self._entries(names, entries)
        yield f'{{"code":{_json(entries)},\n"functions":{_json(self._log.functions)},\n"ticks":[\n'
        separator = ""
        for tick in self._ticks(entry, start):
            yield f"{separator}{tick}"
            separator = ",\n"
        sources = self._log.sources
        scripts = [sources.get(script) for script in range(max(sources, default=-1) + 1)]
        yield f'\n],\n"scripts":{_json(scripts)}}}\n'

    def _entries(
        self, names: Mapping[int, tuple[str, int]], entries: list[dict[str, Any]]
    ) -> tuple[Numbers, Numbers]:
        """Return for each native place its entry and where that begins; new ones are added."""
        libraries = self._places.libraries
        own = {id(library): row for row, library in enumerate(self._log.libraries)}
        of_library = np.array([self._log.library_entries[own[id(x)]] for x in libraries], np.int64)
        begins = np.array([library.start for library in libraries], np.int64)
        _, library = self.native
        entry, start = of_library[library], begins[library]
        known: dict[tuple[str, int], int] = {}
        for place, symbol in names.items():
            if symbol not in known:
                known[symbol] = len(entries)
                entries.append({"name": symbol[0], "type": "CPP"})
            entry[place], start[place] = known[symbol], symbol[1]
        return entry, start

    def _ticks(self, entry: Numbers, start: Numbers) -> Iterator[str]:
        ticks, resolver = self._places.ticks, self._places.resolver
        codes = self._places.codes
        entry = np.concatenate([np.array(self._log.code_entries, np.int64), entry])

        def pairs(place: npt.NDArray[np.int32], row: npt.NDArray[np.int32]) -> list[str]:
            """Return ``entry,offset`` for places; for unknown ones ``-1,address``."""
            begin = np.zeros(len(place), np.int64)
            own = np.flatnonzero((place >= 0) & (place < codes))
            begin[own] = resolver.starts(row[own].astype(np.int64), place[own].astype(np.int64))
            native = np.flatnonzero(place >= codes)
            begin[native] = start[place[native] - codes]
            offset = ticks.addresses[row] - begin
            which = np.where(place == ABSENT, ABSENT, entry[place])
            return [f"{n},{at}" for n, at in zip(which.tolist(), offset.tolist(), strict=True)]

        callers = resolve_callers(ticks, resolver)
        above = pairs(callers.place, callers.address)
        for node in np.flatnonzero(ticks.addresses[callers.address] < 0).tolist():
            above[node] = ""
        leaf = pairs(resolver.at(ticks.pc, lambda row: row), ticks.pc)
        time = ticks.time - self._selected.delay
        times = ticks.time.tolist() if (time == ticks.time).all() else time.tolist()
        parent = callers.parent.tolist()
        node_before, stack = ABSENT, ""
        for tm, state, pair, node in zip(
            times, ticks.state.tolist(), leaf, callers.of_tick.tolist(), strict=True
        ):
            if node != node_before:
                node_before, parts = node, []
                while node != ABSENT:
                    if above[node]:
                        parts.append(above[node])
                    node = parent[node]  # noqa: PLW2901 (walks up from there)
                stack = "".join(f",{part}" for part in parts)
            yield f'{{"tm":{tm},"vm":{state},"s":[{pair}{stack}]}}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
