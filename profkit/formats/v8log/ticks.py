"""The ticks of a log, as columns of numbers for texts that recur.

An address, a stack: the same texts come again and again. Each is kept once, as bytes, and decoded
when the log has been read.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.v8log.fields import number
from profkit.profile.columns import IndexColumn, StateColumn, ValueColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NO_ADDRESS", "TickColumns", "Ticks"]

NO_ADDRESS = -1
"""Stands for what is no address, or none that code can have: ``overflow``, beyond 63 bits."""

_STACK_TEXT_LIMIT = 32 << 20
_LARGEST_ADDRESS = 2**63 - 1
_LARGEST_STATE = 127


@dataclass(frozen=True, slots=True)
class Ticks:
    """One row a tick, and one row a distinct stack text.

    ``pc``, ``tos`` (``int32``, shape ``(ticks,)``) and ``tokens`` (``int32``, shape
    ``(sum(counts),)``) number the rows of ``addresses`` (``int64``, shape ``(addresses,)``,
    :data:`NO_ADDRESS` where the token was none); ``tos`` is -1 where there is none. ``stack`` numbers the
    rows of ``counts``, each the number of callers, which follow one another in ``tokens`` from the
    leaf's caller to the root. ``time`` is in microseconds, as logged.
    """

    addresses: ValueColumn
    pc: IndexColumn
    tos: IndexColumn
    stack: IndexColumn
    time: ValueColumn
    state: StateColumn
    counts: IndexColumn
    tokens: IndexColumn
    overflowed: IndexColumn
    """The rows of stacks that V8 could not write to their end (a token ``overflow``)."""

    def __len__(self) -> int:
        return len(self.pc)


class _Addresses(dict[bytes, int]):
    """Numbers the distinct address tokens."""

    def __missing__(self, token: bytes) -> int:
        self[token] = answer = len(self)
        return answer

    def column(self) -> ValueColumn:
        return np.array([_address(token) for token in self], np.int64)


def _address(token: bytes) -> int:
    try:
        address = number(token)
    except ValueError:
        return NO_ADDRESS
    return address if 0 <= address <= _LARGEST_ADDRESS else NO_ADDRESS


class TickColumns:
    """Ticks being read."""

    def __init__(self) -> None:
        self._addresses = _Addresses()
        self._none = self._addresses[b""]
        self._pc = array("i")
        self._tos = array("i")
        self._stack = array("i")
        self._time = array("q")
        self._state = array("b")
        self._stacks: dict[bytes, int] = {b"": 0}
        self._stack_text = 0
        self._counts = array("i", [0])
        self._tokens = array("i")
        self._overflowed = array("i")

    def __len__(self) -> int:
        return len(self._pc)

    def add(self, fields: Sequence[bytes]) -> None:
        """Add the tick of a line's fields: pc, time, external, tos, state and the stack's text.

        Raises ``ValueError`` or ``OverflowError``, and adds nothing, where a field makes no sense.
        """
        _, pc, time, external, tos, state, *rest = fields
        # In an external callback the pc may lie anywhere inside of it; the log has the callback's
        # own address in the place of the top of the stack.
        if external != b"0" and int(external):
            pc, tos = tos, b"0x0"
        when, doing = int(time), int(state)
        if not 0 <= doing <= _LARGEST_STATE:
            raise ValueError(state)
        stack = self._number_of(rest[0] if rest else b"", pc)
        self._time.append(when)
        self._state.append(doing)
        self._stack.append(stack)
        self._pc.append(self._addresses[pc])
        self._tos.append(NO_ADDRESS if tos == b"0x0" else self._addresses[tos])

    def _number_of(self, text: bytes, pc: bytes) -> int:
        known = self._stacks.get(text)
        if known is not None:
            return known
        relative = b"+" in text or b"-" in text
        tokens = _absolute(text, pc) if relative else text.split(b",")
        if b"overflow" in tokens:
            tokens = [token for token in tokens if not token.startswith(b"o")]
            self._overflowed.append(len(self._counts))
        fresh = len(self._counts)
        self._tokens.extend(map(self._addresses.__getitem__, tokens))
        self._counts.append(len(tokens))
        if not relative:
            self._stack_text += len(text)
            if self._stack_text > _STACK_TEXT_LIMIT:
                # Memory must not grow with the file; forgetting only costs reading texts anew.
                self._stacks = {b"": 0}
                self._stack_text = len(text)
            self._stacks[text] = fresh
        return fresh

    def close(self) -> Ticks:
        """Return what was read."""
        return Ticks(
            addresses=self._addresses.column(),
            pc=np.frombuffer(self._pc, np.int32),
            tos=np.frombuffer(self._tos, np.int32),
            stack=np.frombuffer(self._stack, np.int32),
            time=np.frombuffer(self._time, np.int64),
            state=np.frombuffer(self._state, np.int8),
            counts=np.frombuffer(self._counts, np.int32),
            tokens=np.frombuffer(self._tokens, np.int32),
            overflowed=np.frombuffer(self._overflowed, np.int32),
        )


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
