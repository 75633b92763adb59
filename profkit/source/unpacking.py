"""Undo gzip and zstandard, told by content: several members or frames, and ends that come early."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ByteStream", "Counted", "DamagedStreamError", "Unpacked", "unpacked"]

_PIECE = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW = 31
_ZSTD_WINDOW = 1 << 31


class ByteStream(Protocol):
    """What bytes are read from: fewer than ``size`` may come, none only at the end."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes."""
        ...


class DamagedStreamError(Exception):
    """A compressed stream cannot be undone from ``position`` on, a byte of the stored file."""

    def __init__(self, what: str, position: int) -> None:
        self.position = position
        super().__init__(what)


class Counted:
    """A stream that knows how many bytes were taken from it, and can be looked into first."""

    def __init__(self, raw: ByteStream) -> None:
        self._raw = raw
        self._ahead = b""
        self.taken = 0

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes (fewer only at the end), which reading yields again."""
        while len(self._ahead) < size and (piece := self._raw.read(size - len(self._ahead))):
            self._ahead += piece
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        if self._ahead:
            piece, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            piece = self._raw.read(size)
        self.taken += len(piece)
        return piece


class _Decompressor(Protocol):
    """What :mod:`zlib` and :mod:`zstandard` have in common: one member, one frame."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def unpacked(stream: Counted) -> tuple[ByteStream, str]:
    """Return a stream of the plain bytes, and the name of the compression that was undone."""
    magic = stream.peek(4)
    if magic.startswith(_GZIP_MAGIC):
        return Unpacked(stream, lambda: zlib.decompressobj(_GZIP_WINDOW), zlib.error), "gzip"
    if magic == _ZSTD_MAGIC:
        import zstandard  # noqa: PLC0415 (12 ms, and seldom needed)

        maker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        return Unpacked(stream, maker.decompressobj, zstandard.ZstdError), "zstd"
    return stream, ""


class Unpacked:
    """The plain bytes of a compressed stream.

    A stream may consist of several members or frames, each with its own check sum, and end in
    zeros. Raises :class:`DamagedStreamError` where a check fails or the end comes early.
    """

    def __init__(
        self,
        stream: Counted,
        begin: Callable[[], _Decompressor],
        error: type[Exception],
    ) -> None:
        self._stream = stream
        self._begin = begin
        self._error = error
        self._member: _Decompressor | None = None
        self._rest = b""

    def read(self, _size: int, /) -> bytes:
        """Return the next plain bytes, as many as come out at once; none at the end."""
        while True:
            piece = self._rest or self._stream.read(_PIECE)
            self._rest = b""
            if self._member is None:
                if not piece:
                    return b""
                if not (piece := piece.lstrip(b"\0")):
                    continue
                self._member = self._begin()
            elif not piece:
                raise DamagedStreamError("ends early", self._stream.taken)
            try:
                plain = self._member.decompress(piece)
            except self._error as error:
                start = self._stream.taken - len(piece)
                raise DamagedStreamError(f"is damaged ({error})", start) from None
            if self._member.eof:
                self._rest = self._member.unused_data
                self._member = None
            if plain:
                return plain
