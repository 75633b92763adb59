"""Which code lay where, and when.

The log tells of code as it comes and goes. The map follows the events one by one and leaves behind
*spans*: this code lay at these addresses from this tick until that one. Ticks are matched with
spans afterwards, all at once (:mod:`profkit.formats.v8log.resolve`).

Source of the semantics: V8's ``tools/codemap.mjs`` and ``tools/profile.mjs``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from profkit.formats.v8log.sources import SourceInfo
from profkit.profile.columns import ABSENT, ValueColumn, values

__all__ = ["Code", "CodeMap", "Function", "Spans"]

_BUCKET_BITS = 16
_BUCKET = 1 << _BUCKET_BITS
_IN_BUCKET = _BUCKET - 1
_FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Code:
    """What a piece of code is called: V8's type, the tier's mark, and the name.

    ``is_function`` tells JavaScript functions, whose name is that of their shared function info,
    from other code. ``source`` is what the log tells of where in the source it comes from.
    """

    type: str
    mark: str
    name: str
    is_function: bool
    source: SourceInfo | None = None


@dataclass(frozen=True, slots=True)
class Spans:
    """Where and when code lay; all columns ``int64`` of shape ``(spans,)``.

    Code number ``code`` was at addresses ``[start, end)`` for the ticks ``[since, until)``.
    """

    start: ValueColumn
    end: ValueColumn
    since: ValueColumn
    until: ValueColumn
    code: ValueColumn


class Function:
    """A shared function info: its name, and its living code by start address."""

    __slots__ = ("code", "name", "script")

    def __init__(self, name: str) -> None:
        self.name = name
        self.script = ABSENT
        self.code: dict[int, _Living] = {}


class _Living:
    """A piece of code that is there now, with the span that it is writing."""

    __slots__ = ("function", "mark", "since", "size", "source", "span_code", "type")

    def __init__(self, size: int, type_: str, mark: str, function: Function | None) -> None:
        self.size = size
        self.type = type_
        self.mark = mark
        self.function = function
        self.source: SourceInfo | None = None
        self.since = 0
        self.span_code = 0


class CodeMap:
    """The code that is alive, by address. ``tick`` is the number of the tick that comes next.

    ``keep_positions`` keeps what the log tells of the source of all code, else only where functions
    were inlined. Code of which that is kept, with ``keep_places`` all code, has a new number when
    it moves, so that its number and an address in it tell where it begins.
    """

    def __init__(self, *, keep_positions: bool = False, keep_places: bool = False) -> None:
        self.tick = 0
        self.keep_positions = keep_positions
        self.keep_places = keep_places
        self.codes: list[Code] = []
        self._function_codes: dict[tuple[str, str, str], int] = {}
        self._living: dict[int, _Living | Function] = {}
        # The starts of living code, sorted, by the 64 KB that it touches; functions apart, since
        # they lie in the heap, where code hardly ever comes.
        self._starts: defaultdict[int, list[int]] = defaultdict(list)
        self._function_starts: defaultdict[int, set[int]] = defaultdict(set)
        self._spans = array("q")

    def create(self, type_: str, start: int, size: int, name: str) -> None:
        """Code that is no JavaScript function: a builtin, a stub, a RegExp."""
        code = _Living(size, type_, "", None)
        code.span_code = len(self.codes)
        self.codes.append(Code(type_, "", name, is_function=False))
        self._insert(start, code)

    def create_function(  # the log's own fields
        self, type_: str, start: int, size: int, name: str, function_at: int, mark: str
    ) -> None:
        """Code of a JavaScript function, by the address of its shared function info."""
        function = self.function(function_at, name)
        code = self._living.get(start)
        if isinstance(code, _Living):
            if code.function is None and code.size == size and not mark:
                return  # a builtin gets its function info, which names it less well or not at all
            if code.size == size and code.function is function:
                if code.mark != mark:
                    code.mark = mark
                    self._relabel(start, code, function)
                return
            self._remove(start)
        code = _Living(size, type_, mark, function)
        code.span_code = self._number(code, function)
        self._insert(start, code)

    def function(self, at: int, name: str) -> Function:
        """Return the shared function info at an address, which from now on has this name."""
        function = self._living.get(at)
        if not isinstance(function, Function):
            function = Function(name)
            self._insert(at, function)
        elif function.name != name:
            self._rename(function, name)
        return function

    def function_at(self, at: int) -> Function | None:
        """Return the shared function info at an address; None where there is none."""
        function = self._living.get(at)
        return function if isinstance(function, Function) else None

    def number_at(self, start: int) -> int:
        """Return the number of the code that begins at an address; -1 where none does."""
        code = self._living.get(start)
        return code.span_code if isinstance(code, _Living) else ABSENT

    def describe(
        self, start: int, script: int, positions: bytes, inlined: bytes, functions: list[int]
    ) -> None:
        """Tell what source the code of a function comes from; of other code nothing is kept."""
        code = self._living.get(start)
        if not isinstance(code, _Living) or code.function is None:
            return
        code.function.script = script
        if inlined or self.keep_positions:
            known = [self.function_at(address) for address in functions]
            code.source = SourceInfo(
                script,
                positions,
                inlined,
                tuple((at.name, at.script) if at is not None else ("", ABSENT) for at in known),
            )
            self._relabel(start, code, code.function)

    def move(self, start: int, to: int) -> bool:
        """Code moves; False where there is none.

        A collector that compacts moves code by the hundred thousand: nearly all of it touches one
        bucket before and after, and lands on nothing.
        """
        code = self._living.get(start)
        if code is None:
            return False
        if isinstance(code, Function) or start & _IN_BUCKET > _BUCKET - code.size or not code.size:
            self._remove(start)
            self._renumber(code)
            self._insert(to, code)
            return True
        living, tick = self._living, self.tick
        del living[start]
        if code.since < tick:
            self._spans.extend((start, start + code.size, code.since, tick, code.span_code))
        starts = self._starts[start >> _BUCKET_BITS]
        del starts[bisect_left(starts, start)]
        function = code.function
        if function is not None:
            function.code.pop(start, None)
        if code.source is not None or self.keep_places:
            self._renumber(code)
        bucket = to >> _BUCKET_BITS
        starts = self._starts[bucket]
        place = bisect_left(starts, to)
        if (
            to & _IN_BUCKET > _BUCKET - code.size
            or self._function_starts.get(bucket)
            or to in living
            # Of starts none is a function's.
            or (place and starts[place - 1] + living[starts[place - 1]].size > to)  # type: ignore[union-attr]
            or (place < len(starts) and starts[place] < to + code.size)
        ):
            self._insert(to, code)
            return True
        starts.insert(place, to)
        living[to] = code
        code.since = tick
        if function is not None:
            function.code[to] = code
        return True

    def _renumber(self, code: _Living | Function) -> None:
        """Count code as another piece where it matters where it begins."""
        if isinstance(code, _Living) and (self.keep_places or code.source is not None):
            self.codes.append(self.codes[code.span_code])
            code.span_code = len(self.codes) - 1

    def delete(self, start: int) -> bool:
        """Code goes; False where there is none."""
        if start not in self._living:
            return False
        self._remove(start)
        return True

    def spans(self) -> Spans:
        """Everything that ever lay anywhere, if it was there for at least one tick."""
        for start, code in self._living.items():
            if isinstance(code, _Living):
                self._close(start, code, _FOREVER)
        table = np.array(self._spans, np.int64).reshape(-1, 5)
        self._spans = array("q")
        return Spans(*(values(column) for column in table.T))

    def _number(self, code: _Living, function: Function) -> int:
        key = (code.type, code.mark, function.name)
        if code.source is not None:
            self.codes.append(Code(*key, is_function=True, source=code.source))
            return len(self.codes) - 1
        known = self._function_codes.get(key)
        if known is None:
            known = self._function_codes[key] = len(self.codes)
            self.codes.append(Code(*key, is_function=True))
        return known

    def _rename(self, function: Function, name: str) -> None:
        function.name = name
        for start, code in function.code.items():
            self._relabel(start, code, function)

    def _relabel(self, start: int, code: _Living, function: Function) -> None:
        self._close(start, code, self.tick)
        code.since = self.tick
        code.span_code = self._number(code, function)

    def _insert(self, start: int, code: _Living | Function) -> None:
        if isinstance(code, Function):
            if start in self._living:
                self._remove(start)
            self._function_starts[start >> _BUCKET_BITS].add(start)
            self._living[start] = code
            return
        end = start + code.size
        for bucket in range(start >> _BUCKET_BITS, (end - 1 >> _BUCKET_BITS) + 1):
            self._clear(bucket, start, end)
            insort(self._starts[bucket], start)
        if start in self._living:
            self._remove(start)
        self._living[start] = code
        code.since = self.tick
        if code.function is not None:
            code.function.code[start] = code

    def _clear(self, bucket: int, start: int, end: int) -> None:
        """Remove what overlaps new code. Living code does not overlap, so that is one run."""
        starts = self._starts[bucket]
        first = last = bisect_left(starts, start)
        if first and self._end(starts[first - 1]) > start:
            first -= 1
        while last < len(starts) and starts[last] < end:
            last += 1
        for other in starts[first:last]:
            self._remove(other)
        functions = self._function_starts.get(bucket)
        if functions:
            for other in [at for at in functions if start < at < end]:
                self._remove(other)

    def _end(self, start: int) -> int:
        code = self._living[start]
        return start + code.size if isinstance(code, _Living) else start

    def _remove(self, start: int) -> None:
        code = self._living.pop(start)
        if isinstance(code, Function):
            self._function_starts[start >> _BUCKET_BITS].discard(start)
            return
        end = start + code.size
        self._close(start, code, self.tick)
        if code.function is not None:
            code.function.code.pop(start, None)
        for bucket in range(start >> _BUCKET_BITS, (end - 1 >> _BUCKET_BITS) + 1):
            starts = self._starts[bucket]
            del starts[bisect_left(starts, start)]

    def _close(self, start: int, code: _Living, until: int) -> None:
        if code.since < until:
            self._spans.extend((start, start + code.size, code.since, until, code.span_code))
