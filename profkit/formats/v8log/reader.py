"""Read a V8 tick log: follow its lines, keep ticks and code apart, then bring them together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from profkit.errors import FormatError
from profkit.formats.v8log.codemap import Code, CodeMap
from profkit.formats.v8log.fields import PLAIN, dialect_of, number, text
from profkit.formats.v8log.names import tier_mark
from profkit.formats.v8log.sources import Script, functions_of
from profkit.formats.v8log.ticks import TickColumns
from profkit.profile import ABSENT, Action, LedgerBook, Library

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from profkit.formats.v8log.halves import LaterPart
__all__ = ["LogReader"]

_Taker: TypeAlias = "Callable[[list[list[bytes]], int], None]"
"""Takes lines that follow one another, each as its fields, and the number of the last one."""

_NOT_NEEDED = "not needed for a profile"


class LogReader:
    """Follows a log line by line.

    Afterwards ``ticks`` and ``code`` hold what the lines told, ``libraries`` the mapped files,
    ``code_ranges`` where V8 reserved memory for code, ``version`` and ``platform`` what the log
    says of itself, ``scripts`` where their lines begin, ``texts`` their texts by their names, both
    as the log has them and if asked for, ``deopts`` how often code was given up, by what, kind,
    reason and place, and ``ledger`` what became of each line.
    What the log tells of inlined functions and of lines is read if asked for. ``marks`` holds, for
    kinds of lines that are wanted for their place only, the numbers of the ticks that follow them.
    ``lines`` counts them, ``skipped`` those by kind that tell nothing for a profile; ``is_cut``
    tells that the last one has no end.
    """

    def __init__(
        self,
        name: str,
        *,
        inlined: bool = False,
        lines: bool = False,
        sources: bool = False,
        marks: Iterable[bytes] = (),
    ) -> None:
        self.name = name
        self.marks: dict[bytes, list[int]] = {kind: [] for kind in marks}
        self.ticks = TickColumns()
        self.code = CodeMap(keep_positions=lines)
        self.scripts: dict[int, Script] = {}
        self.texts: dict[bytes, bytes] = {}
        self.libraries: list[Library] = []
        self.code_ranges: list[int] = []
        self.deopts: Counter[tuple[Code, str, str, str]] = Counter()
        self.version = ""
        self.platform = ""
        self.ledger = LedgerBook()
        self._addresses = _Addresses()
        self.lines = 0
        self.is_cut = False
        self._dialect = PLAIN
        self._interval = 0
        self._keeps_texts = sources
        self.skipped: Counter[bytes] = Counter()
        self._handlers = {
            b"code-creation": self._first_code_creation,
            b"code-delete": self._code_delete,
            b"shared-library": self._shared_library,
            b"new": self._new,
            b"code-deopt": self._code_deopt,
            b"code-disable-optimization": self._optimization_disabled,
            b"v8-version": self._v8_version,
            b"v8-platform": self._v8_platform,
            b"profiler": self._profiler,
        }
        if inlined or lines:
            self._handlers[b"code-source-info"] = self._source_info
        if lines or sources:
            self._handlers[b"script-source"] = self._script_source
        self._handlers |= dict.fromkeys(self.marks, self._mark)
        # What comes by the hundred is taken many lines at once.
        self._takers: dict[bytes, _Taker] = {b"tick": self._add_ticks}
        self._takers |= dict.fromkeys((b"code-move", b"sfi-move"), self._move_all)

    @property
    def kinds(self) -> Collection[bytes]:
        """The kinds of lines that tell something for a profile, but for ticks."""
        return (self._handlers.keys() | self._takers.keys()) - {b"tick"}

    def follow(self, batches: Iterable[tuple[list[bytes], bool]]) -> None:
        """Follow some lines; with each batch comes whether they have ends."""
        lines = self.lines
        for batch, has_ends in batches:
            if not has_ends:
                self.is_cut = True
                break
            run: list[list[bytes]] = []
            take: _Taker | None = None
            for line in batch:
                fields = line.split(b",", 6)
                taker = self._takers.get(fields[0])
                if taker is not take:
                    if take is not None:
                        take(run, lines)
                        run = []
                    take = taker
                lines += 1
                if taker is not None:
                    run.append(fields)
                else:
                    self.lines = lines
                    self._handle(fields[0], line)
            if take is not None:
                take(run, lines)
        self.lines = lines

    def _handle(self, kind: bytes, line: bytes) -> None:
        handler = self._handlers.get(kind)
        if handler is None:
            self.skipped[kind] += 1
            return
        try:
            handler(line)
        except (ValueError, IndexError, OverflowError):
            self._malformed(kind, self.lines)

    def append(self, part: LaterPart) -> None:
        """Go on with a later part of the log, of which the ticks have been read."""
        ticks, lines = len(self.ticks), self.lines
        self.ticks.append(part.ticks)
        for place in part.malformed_ticks:
            self._malformed(b"tick", lines + place)
        for tick, place, line in part.events:
            self.code.tick, self.lines = ticks + tick, lines + place
            fields = line.split(b",", 6)
            taker = self._takers.get(fields[0])
            if taker is not None:
                taker([fields], self.lines)
            else:
                self._handle(fields[0], line)
        self.code.tick, self.lines = len(self.ticks), lines + part.lines
        self.skipped += part.skipped
        self.is_cut = part.is_cut

    def _add_ticks(self, ticks: list[list[bytes]], last_line: int) -> None:
        """Add ticks that follow one another; those that make no sense are dropped one by one."""
        try:
            self.ticks.add(ticks)
        except (ValueError, OverflowError):
            for line, fields in enumerate(ticks, last_line - len(ticks) + 1):
                try:
                    self.ticks.add([fields])
                except (ValueError, OverflowError):
                    self._malformed(b"tick", line)
        self.code.tick = len(self.ticks)

    def _malformed(self, kind: bytes, line: int) -> None:
        unit = "ticks" if kind == b"tick" else "lines"
        what = text(kind[:40])
        self.ledger.add(
            Action.DROPPED, unit, f"a {what} line whose fields make no sense", 1, f"line {line}"
        )

    def close(self) -> None:
        """Account for every line: read = used + skipped + dropped.

        Raises :class:`FormatError` where the text is no V8 log at all.

        A tick line whose fields make no sense counts as used here, and as a tick that was dropped.
        """
        lines, skipped = self.lines, 0
        if self.is_cut:
            self.ledger.add(Action.DROPPED, "lines", _CUT, 1, "the last line")
        for kind, count in self.skipped.most_common():
            cause = f"{text(kind[:40])} {_NOT_NEEDED}" if kind else "empty"
            self.ledger.add(Action.SKIPPED, "lines", cause, count)
            skipped += count
        book = self.ledger.close()
        cut = book.count(Action.DROPPED, "lines", _CUT)
        dropped = book.count(Action.DROPPED, "lines")
        self.ledger.add(Action.READ, "lines", "all", lines + cut)
        self.ledger.add(
            Action.USED, "lines", "ticks and code events", lines + cut - skipped - dropped
        )
        if not len(self.ticks) and not self.version and not self.libraries:
            raise FormatError(self.name, "no V8 tick log: neither a header nor a tick in it")

    @property
    def interval(self) -> int | None:
        """The sampling interval in nanoseconds, where the log tells it."""
        return self._interval * self._dialect.interval_unit or None

    def _first_code_creation(self, line: bytes) -> None:
        self._dialect = dialect_of(line, self.version)
        self._handlers[b"code-creation"] = self._code_creation
        self._code_creation(line)

    def _code_creation(self, line: bytes) -> None:
        dialect = self._dialect
        fields = dialect.split(line)
        start, size, name, *function = fields[dialect.address :]
        self._create(
            fields,
            _within(_ADDRESSES, start),
            _within(_SIZES, size),
            dialect.text(name),
            function if fields[1] != b"RegExp" else [],
        )

    def _create(
        self, fields: list[bytes], start: int, size: int, name: str, function: list[bytes]
    ) -> None:
        """Code comes; ``function`` are a JavaScript function's own fields: address and mark."""
        if function:
            mark = tier_mark(text(function[1]) if len(function) > 1 else "")
            at = number(function[0])
            self.code.create_function(text(fields[1]), start, size, name, at, mark)
        else:
            self.code.create(text(fields[1]), start, size, name)

    def _move_all(self, moves: list[list[bytes]], last_line: int) -> None:
        """Move code, and function infos: of these those that were never told of are many."""
        move, addresses = self.code.move, self._addresses
        for line, fields in enumerate(moves, last_line - len(moves) + 1):
            try:
                is_known = move(addresses[fields[1]], addresses[fields[2]])
            except (ValueError, IndexError):
                self._malformed(fields[0], line)
                continue
            if not is_known and fields[0] == b"code-move":
                self._unknown("move")

    def _code_delete(self, line: bytes) -> None:
        if not self.code.delete(_within(_ADDRESSES, line.split(b",")[1])):
            self._unknown("delete")

    def _unknown(self, event: str) -> None:
        self.ledger.add(
            Action.DROPPED, "code events", f"{event} of code that the log never created"
        )

    def _shared_library(self, line: bytes) -> None:
        dialect = dialect_of(line, self.version)
        _, path, start, end, *bias = dialect.split(line)
        if number(start) >= _KERNEL:
            self.skipped[b"shared-library of the kernel"] += 1
            return
        slide = number(bias[0]) if bias else 0
        if abs(slide) >= _ADDRESSES:
            raise ValueError(bias)
        library = Library(
            dialect.text(path), _within(_ADDRESSES, start), _within(_ADDRESSES, end), slide
        )
        if library.end < library.start:
            raise ValueError(end)
        self.libraries.append(library)

    def _new(self, line: bytes) -> None:
        _, what, address, *_ = line.split(b",", 3)
        if what == b"CodeRange":
            self.code_ranges.append(_within(_ADDRESSES, address))
        else:
            self.skipped[b"new"] += 1

    def _code_deopt(self, line: bytes) -> None:
        dialect = dialect_of(line, self.version)
        _, _, _, address, _, _, kind, *place, reason = dialect.split(line)
        number = self.code.number_at(_within(_ADDRESSES, address))
        code = _UNKNOWN_CODE if number == ABSENT else self.code.codes[number]
        # Old logs say how eager, new ones put the event's name before it.
        name = dialect.text(kind).removeprefix("deopt-")
        # A place in a file whose name has a comma.
        self.deopts[code, name, dialect.text(reason), dialect.text(b",".join(place))] += 1

    def _optimization_disabled(self, line: bytes) -> None:
        dialect = dialect_of(line, self.version)
        _, name, reason = dialect.split(line)
        code = Code("", "", dialect.text(name), is_function=True)
        self.deopts[code, "never-optimize", dialect.text(reason), ""] += 1

    def _source_info(self, line: bytes) -> None:
        _, start, script, _, _, positions, inlined, functions = line.split(b",", 7)
        self.code.describe(
            _within(_ADDRESSES, start),
            int(script),
            positions,
            inlined,
            functions_of(functions) if inlined else [],
        )

    def _script_source(self, line: bytes) -> None:
        _, script, name, source = line.split(b",", 3)
        self.scripts[int(script)] = Script(source)
        if self._keeps_texts:
            self.texts[name] = source

    def _mark(self, line: bytes) -> None:
        self.marks[line.partition(b",")[0]].append(self.code.tick)

    def _v8_version(self, line: bytes) -> None:
        major, minor, build, patch, *rest = text(line).split(",")[1:]
        embedder = rest[0] if len(rest) > 1 else ""
        self.version = f"{major}.{minor}.{build}.{patch}{embedder}"

    def _v8_platform(self, line: bytes) -> None:
        self.platform = text(line).split(",")[1]

    def _profiler(self, line: bytes) -> None:
        _, event, *rest = dialect_of(line, self.version).split(line)
        if event == b"begin" and rest:
            self._interval = _within(_INTERVALS, rest[0])


_UNKNOWN_CODE = Code("", "", "", is_function=False)
_CUT = "cut off in the middle at the end of the file"
_ADDRESSES = 2**62
_SIZES = 2**30
"""Above what V8 keeps for all code together."""
_INTERVALS = 2**40
_REMEMBERED = 1 << 18
_KERNEL = 2**63
"""Half of all addresses: the kernel's, where no code of a program lies."""


class _Addresses(dict[bytes, int]):
    """Addresses by their text: where code moves to it soon moves from."""

    def __missing__(self, field: bytes) -> int:
        address = int(field, 16)
        if not 0 <= address < _ADDRESSES or field[:2] != b"0x":
            raise ValueError(field)
        if len(self) > _REMEMBERED:
            self.clear()
        self[field] = address
        return address


def _within(limit: int, field: bytes) -> int:
    """Return a number from 0 to below a limit. Raises ``ValueError`` for any other."""
    value = number(field)
    if not 0 <= value < limit:
        raise ValueError(field)
    return value
