"""Open what the user named, and undo its compression, told by content rather than by name."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from profkit.errors import EmptyInputError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[int, int | None], None]

__all__ = ["HEAD_SIZE", "STDIN", "Source", "open_source"]

STDIN = "-"
HEAD_SIZE = 1 << 16
_CHUNK_SIZE = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class Source:
    """The bytes of one input, to be read once, from the beginning.

    ``name`` is what messages call it; ``head`` its first :data:`HEAD_SIZE` bytes (fewer at the
    end of the file), which reading yields again.
    """

    def __init__(
        self,
        name: str,
        raw: BinaryIO,
        *,
        size: int | None = None,
        on_progress: Progress | None = None,
    ) -> None:
        self.name = name
        self._raw = raw
        self._size = size
        self._on_progress = on_progress
        self._stream, self.compression = _decompressed(raw)
        self.head = self._read(HEAD_SIZE)

    def chunks(self, size: int = _CHUNK_SIZE) -> Iterator[bytes]:
        """Yield all bytes in pieces of about ``size``.

        Raises :class:`InputError` where the compressed stream is damaged or ends early.
        """
        piece = self.head
        while piece:
            yield piece
            self._report()
            piece = self._read(size)

    def read(self) -> bytes:
        """Return all bytes at once; for formats that cannot be streamed."""
        return b"".join(self.chunks(_CHUNK_SIZE * 8))

    def _read(self, size: int) -> bytes:
        pieces = []
        try:
            while size > 0 and (piece := self._stream.read(size)):
                pieces.append(piece)
                size -= len(piece)
        except EOFError:
            raise self._damaged("ends early") from None
        except (zlib.error, gzip.BadGzipFile) as error:
            raise self._damaged(f"is damaged ({error})") from None
        except OSError as error:
            raise InputError(self.name, _reason(error)) from None
        except Exception as error:
            if self.compression != "zstd":
                raise
            raise self._damaged(f"is damaged ({error})") from None
        return b"".join(pieces)

    def _damaged(self, what: str) -> InputError:
        return InputError(
            self.name, f"the {self.compression} stream {what}", where=f"byte {self._position()}"
        )

    def _position(self) -> int:
        try:
            return self._raw.tell()
        except OSError:
            return 0

    def _report(self) -> None:
        if self._on_progress:
            self._on_progress(self._position(), self._size)


@contextmanager
def open_source(
    name: str | os.PathLike[str], *, on_progress: Progress | None = None
) -> Iterator[Source]:
    """Open a path, or standard input for ``-``.

    ``on_progress`` is called with the bytes consumed so far (as stored, so compressed ones count
    as they lie on the disk) and their total, None where it is not known.

    Raises :class:`InputError` where nothing can be read, :class:`EmptyInputError` where there is
    nothing to read.
    """
    name = os.fspath(name)
    if name == STDIN:
        source = Source("standard input", sys.stdin.buffer, on_progress=on_progress)
        yield _not_empty(source)
        return
    try:
        if os.path.isdir(name):  # noqa: PTH112 (pathlib costs start-up time)
            raise InputError(name, "is a directory; a profile file is expected")
        raw = io.open(name, "rb")  # noqa: UP020, SIM115
    except OSError as error:
        raise InputError(name, _reason(error)) from None
    except ValueError as error:
        raise InputError(repr(name), str(error)) from None
    with raw:
        size = os.fstat(raw.fileno()).st_size
        yield _not_empty(Source(name, raw, size=size or None, on_progress=on_progress))


def _not_empty(source: Source) -> Source:
    if not source.head:
        raise EmptyInputError(source.name, "is empty; a profile is expected")
    return source


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _decompressed(raw: BinaryIO) -> tuple[BinaryIO, str]:
    """Return a stream of the plain bytes, and the name of the compression that was undone."""
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
    magic = buffered.peek(4)[:4]
    if magic.startswith(_GZIP_MAGIC):
        return gzip.GzipFile(fileobj=buffered), "gzip"  # type: ignore[return-value]
    if magic == _ZSTD_MAGIC:
        import zstandard  # noqa: PLC0415 (12 ms, and seldom needed)

        reader = zstandard.ZstdDecompressor().stream_reader(buffered, read_across_frames=True)
        return reader, "zstd"
    return buffered, ""
