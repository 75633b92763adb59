"""The ticks of a log, as columns of numbers for texts that recur.

An address, a stack: the same texts come again and again. Each is taken apart once; addresses are
kept as bytes, and decoded when the log has been read.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log.fields import number
from profkit.formats.v8log.stacks import RelativeStackError, StackReader, shifted
from profkit.profile.columns import ABSENT, IndexColumn, StateColumn, ValueColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NO_ADDRESS", "Addresses", "TickColumns", "Ticks"]

NO_ADDRESS = -1
"""Stands for what is no address, or none that code can have: ``overflow``, beyond 63 bits."""

_LARGEST_ADDRESS = 2**63 - 1
_FIELDS = 7
_LATEST = 2**63 // 1000
"""In microseconds; in nanoseconds it still fits 63 bits."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """One row a tick, and the callers of all of them as one tree of addresses.

    ``pc``, ``tos`` (``int32``, shape ``(ticks,)``) and ``address`` (``int32``, shape ``(nodes,)``)
    number the rows of ``addresses`` (``int64``, shape ``(addresses,)``, :data:`NO_ADDRESS` where
    the token was none); ``tos`` is -1 where there is none. ``stack`` is the node of a tick's
    innermost caller, -1 where it has none, and ``parent`` (``int32``, shape ``(nodes,)``) the
    caller's own caller; a node stands after its parent. ``depth`` (``int32``, of that shape) is the
    number of further callers. ``time`` is in microseconds, as logged.
    ``overflow`` is the row of what V8 writes where a stack is deeper than it writes, -1 where that
    never was.
    """

    addresses: ValueColumn
    pc: IndexColumn
    tos: IndexColumn
    stack: IndexColumn
    time: ValueColumn
    state: StateColumn
    parent: IndexColumn
    depth: IndexColumn
    address: IndexColumn
    overflow: int

    def __len__(self) -> int:
        return len(self.pc)


class Addresses(dict[bytes, int]):
    """Numbers the distinct address tokens."""

    def __missing__(self, token: bytes) -> int:
        self[token] = answer = len(self)
        return answer

    def column(self) -> ValueColumn:
        """Return the addresses by their numbers."""
        return np.array([_address(token) for token in self], np.int64)


class TickColumns:
    """Ticks being read."""

    def __init__(self) -> None:
        self._addresses = Addresses()
        self._no_tos = self._addresses[b"0x0"]
        self._stacks = StackReader(self._addresses)
        self._pc = array("i")
        self._tos = array("i")
        self._stack = array("i")
        self._time = array("q")
        self._state = array("b")

    def __len__(self) -> int:
        return len(self._pc)

    def add(self, lines: Sequence[list[bytes]]) -> None:
        """Add ticks by the fields of their lines, the seventh being the whole stack.

        Many at once cost a third of one by one. Raises ``ValueError`` or ``OverflowError``, and
        adds none, where a field makes no sense.
        """
        lines = [fields if len(fields) == _FIELDS else _filled(fields) for fields in lines]
        _, pcs, times, externals, tops, states, texts = map(list, zip(*lines, strict=True))
        if externals.count(b"0") != len(externals):
            pcs, tops = _at_callbacks(pcs, externals, tops)
        time, state = array("q", map(int, times)), array("b", map(int, states))
        if min(state) < 0:
            raise ValueError("a negative state")
        if max(time) > _LATEST or min(time) < -_LATEST:
            raise ValueError("a time beyond the clock")
        try:
            stack = array("i", map(self._stacks.__getitem__, texts))
        except RelativeStackError:
            stack = array("i", map(self._number_of, texts, pcs))
        self._time += time
        self._state += state
        self._stack += stack
        self._pc.extend(map(self._addresses.__getitem__, pcs))
        self._tos.extend(map(self._addresses.__getitem__, tops))

    def _number_of(self, text: bytes, pc: bytes) -> int:
        try:
            return self._stacks[text]
        except RelativeStackError:
            return self._stacks.read_anew(b",".join(_absolute(text, pc)))

    def forget_texts(self) -> None:
        """Forget the texts of stacks: they serve reading only, and are long."""
        self._stacks.forget_texts()

    def append(self, later: TickColumns) -> None:
        """Add the ticks of a later part of the log."""
        later.forget_texts()
        known = np.array([self._addresses[token] for token in later._addresses], np.int32)
        for own, other in ((self._pc, later._pc), (self._tos, later._tos)):
            own.frombytes(known[np.array(other, np.int32)].tobytes())
        nodes = self._stacks.append(later._stacks, known)
        self._stack.frombytes(shifted(later._stack, nodes).tobytes())
        self._time += later._time
        self._state += later._state

    def close(self) -> Ticks:
        """Return what was read."""
        tos = np.array(self._tos, np.int32)
        tos[tos == self._no_tos] = ABSENT
        parent, depth, address = self._stacks.nodes()
        return Ticks(
            addresses=self._addresses.column(),
            pc=np.array(self._pc, np.int32),
            tos=tos,
            stack=np.array(self._stack, np.int32),
            time=np.array(self._time, np.int64),
            state=np.array(self._state, np.int8),
            parent=parent,
            depth=depth,
            address=address,
            overflow=self._addresses.get(b"overflow", ABSENT),
        )


def _address(token: bytes) -> int:
    try:
        address = number(token)
    except ValueError:
        return NO_ADDRESS
    return address if 0 <= address <= _LARGEST_ADDRESS else NO_ADDRESS


def _filled(fields: list[bytes]) -> list[bytes]:
    """Give a tick without callers an empty stack."""
    if len(fields) != _FIELDS - 1:
        raise ValueError("a tick has six fields and its callers")
    return [*fields, b""]


def _at_callbacks(
    pcs: list[bytes], externals: list[bytes], tops: list[bytes]
) -> tuple[list[bytes], list[bytes]]:
    """Put a callback's own address into the pc's place.

    In an external callback the pc may lie anywhere inside of it, and the log has the callback's
    address in the place of the top of the stack.
    """
    is_external = [int(flag) != 0 for flag in externals]
    at = [top if external else pc for pc, external, top in zip(pcs, is_external, tops, strict=True)]
    rest = [b"0x0" if external else top for external, top in zip(is_external, tops, strict=True)]
    return at, rest


def _absolute(text: bytes, pc: bytes) -> list[bytes]:
    """Undo offsets: a signed token is relative to the signed one before it, the first to the pc."""
    previous = _address(pc)
    tokens = []
    for token in text.split(b","):
        if token[:1] in b"+-" and token:
            offset = _address(token[1:])
            previous += offset if token[:1] == b"+" else -offset
            tokens.append(b"0x%x" % previous if previous >= 0 else b"")
        else:
            tokens.append(token)
    return tokens
