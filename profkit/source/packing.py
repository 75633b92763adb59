"""Compress what is written, as :mod:`~profkit.source.unpacking` undoes it."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["GZIP", "ZSTD", "compression_of", "packed"]

GZIP = ".gz"
ZSTD = ".zst"
_GZIP_WINDOW = 31


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def compression_of(path: str) -> str:
    """Tell by a file's name how it is compressed: :data:`GZIP`, :data:`ZSTD` or not (empty)."""
    return next((suffix for suffix in (GZIP, ZSTD) if path.lower().endswith(suffix)), "")


def packed(pieces: Iterable[bytes], compression: str) -> Iterator[bytes]:
    """Yield the pieces compressed; the same pieces give the same bytes."""
    if not compression:
        yield from pieces
        return
    compressor = _compressor(compression)
    for piece in pieces:
        yield compressor.compress(piece)
    yield compressor.flush()


def _compressor(compression: str) -> _Compressor:
    if compression == GZIP:
        return zlib.compressobj(wbits=_GZIP_WINDOW)
    import zstandard  # noqa: PLC0415 (seldom needed)

    return zstandard.ZstdCompressor().compressobj()
