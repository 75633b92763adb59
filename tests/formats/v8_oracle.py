"""A V8 log processor as plain as can be: one event, one tick, one address at a time.

It knows no dialect: an event is the fields of a line of today's V8, with names as they are.

It follows V8's ``tools/codemap.mjs`` and ``tools/profile.mjs`` step by step and is what the
columnar reader must equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = 4096


@dataclass
class Function:
    name: str


@dataclass
class Code:
    type: str
    name: str
    size: int
    function: Function | None = None
    mark: str = ""
    is_renamed: bool = False

    @property
    def label(self) -> str:
        if self.function is None:
            return f"{self.type}: {self.name}"
        name = self.function.name
        if not name:
            name = "<anonymous>"
        elif name[0] == " ":
            name = f"<anonymous>{name}"
        return f"{self.type}: {self.mark}{name}"


@dataclass
class Oracle:
    """After :meth:`feed`, ``stacks`` holds each tick's labels from the leaf to the root."""

    stacks: list[list[str]] = field(default_factory=list)
    dropped_frames: int = 0
    _map: dict[int, Code | Function] = field(default_factory=dict)
    _libraries: dict[int, tuple[int, str]] = field(default_factory=dict)
    _pages: set[int] = field(default_factory=set)
    _copies: dict[str, int] = field(default_factory=dict)

    def feed(self, events: Iterable[Sequence[str]]) -> None:
        for kind, *fields in events:
            getattr(self, "_" + kind.replace("-", "_"), lambda *_: None)(*fields)

    def _shared_library(self, path: str, start: str, end: str, *_: str) -> None:
        low, high = int(start, 16), int(end, 16)
        self._libraries.setdefault(low, (high, path))
        self._pages.update(address // PAGE for address in range(low, high + 1, PAGE))

    def _code_creation(
        self, type_: str, _kind: str, _time: str, start: str, size: str, name: str, *function: str
    ) -> None:
        at, length = int(start, 16), int(size)
        if not function or type_ == "RegExp":
            self._add(at, Code(type_, name, length))
            return
        place = int(function[0], 16)
        owner = self._map.get(place)
        if not isinstance(owner, Function):
            owner = Function(name)
            self._add(place, owner)
        owner.name = name
        code = self._map.get(at)
        if isinstance(code, Code):
            if code.size == length and code.function is None and not function[1]:
                return  # on purpose unlike the tools of Node 14 and later: keep the builtin's name
            if code.size == length and code.function is owner:
                code.mark = function[1]
                return
            del self._map[at]
        self._add(at, Code(type_, "", length, owner, function[1]))

    def _code_move(self, start: str, to: str) -> None:
        if (code := self._map.pop(int(start, 16), None)) is not None:
            self._add(int(to, 16), code)

    _sfi_move = _code_move

    def _code_delete(self, start: str) -> None:
        self._map.pop(int(start, 16), None)

    def _tick(self, pc: str, _time: str, external: str, tos: str, _state: str, *stack: str) -> None:
        first, second = int(pc, 16), int(tos, 16)
        if external == "1":
            first, second = second, 0
        if second:
            top = self._find(second)
            if not (isinstance(top, Code) and top.function):
                second = 0
        addresses = [first] + ([second] if second else [])
        previous = first
        for token in stack:
            if token[0] in "+-":
                previous += int(token, 16)
                addresses.append(previous)
            elif token[0] != "o":
                addresses.append(int(token, 16))
        labels = []
        for depth, address in enumerate(addresses):
            found = self._find(address)
            if found is not None:
                labels.append(found if isinstance(found, str) else found.label)
            elif depth == 0:
                labels.append("UNKNOWN")
            else:
                self.dropped_frames += 1
        self.stacks.append(labels)

    def _add(self, start: int, code: Code | Function) -> None:
        size = code.size if isinstance(code, Code) else 0
        for other, there in list(self._map.items()):
            length = there.size if isinstance(there, Code) else 0
            if size and other < start + size and start < other + length:
                del self._map[other]
        self._map[start] = code

    def _find(self, address: int) -> Code | str | None:
        if address // PAGE in self._pages:
            inside = [
                path for low, (high, path) in self._libraries.items() if low <= address < high
            ]
            return inside[0] if inside else None
        for start, code in self._map.items():
            if isinstance(code, Code) and start <= address < start + code.size:
                if code.function is None and not code.is_renamed:
                    code.is_renamed = True
                    copy = self._copies.get(code.name, -1) + 1
                    self._copies[code.name] = copy
                    code.name += f" {{{copy}}}" if copy else ""
                return code
        return None
