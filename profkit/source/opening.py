"""Open what the user named, and undo its compression, told by content rather than by name."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from profkit.errors import EmptyInputError, InputError
from profkit.source.unpacking import Counted, DamagedStreamError, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from profkit.source.unpacking import ByteStream

    Progress = Callable[[int, int | None], None]

__all__ = ["HEAD_SIZE", "STDIN", "Source", "open_source"]

STDIN = "-"
HEAD_SIZE = 1 << 16
_CHUNK_SIZE = 1 << 20
_STDIN_NAME = "standard input"


class Source:
    """The bytes of one input, to be read once, from the beginning.

    ``name`` is what messages call it; ``path`` the file that another process could read as well,
    empty where there is none, and ``size`` its bytes, None where that is not known;
    ``compression`` what was undone, empty if nothing; ``head`` its first :data:`HEAD_SIZE` bytes
    (fewer at the end of the file), which reading yields again.
    """

    def __init__(
        self,
        name: str,
        raw: ByteStream,
        *,
        path: str = "",
        size: int | None = None,
        on_progress: Progress | None = None,
    ) -> None:
        self.name = name
        self.path = path
        self.size = size
        self._on_progress = on_progress
        self._stored = Counted(raw)
        self.compression = ""
        try:
            self._stream, self.compression = unpacked(self._stored)
        except OSError as error:
            raise InputError(name, _reason(error)) from None
        self._first = self._read(HEAD_SIZE)
        self.head = self._first[:HEAD_SIZE]

    def chunks(self, size: int = _CHUNK_SIZE, *, end: int | None = None) -> Iterator[bytes]:
        """Yield all bytes in pieces of about ``size``, or those before ``end``.

        With an end somebody else reads the rest meanwhile: then progress is what both have done.
        Raises :class:`InputError` where the compressed stream is damaged or ends early.
        """
        piece, self._first = self._first, b""
        left = sys.maxsize if end is None else end
        while piece and left:
            piece = piece[:left]
            left -= len(piece)
            yield piece
            if self._on_progress:
                taken = self._stored.taken
                if end and self.size:
                    taken = (end - left) * self.size // end
                self._on_progress(taken, self.size)
            piece = self._read(size)

    def _read(self, size: int) -> bytes:
        pieces = []
        try:
            while size > 0 and (piece := self._stream.read(size)):
                pieces.append(piece)
                size -= len(piece)
        except DamagedStreamError as error:
            raise InputError(
                self.name, f"the {self.compression} stream {error}", where=f"byte {error.position}"
            ) from None
        except OSError as error:
            raise InputError(self.name, _reason(error)) from None
        return b"".join(pieces)


@contextmanager
def open_source(
    name: str | os.PathLike[str], *, begin: int = 0, on_progress: Progress | None = None
) -> Iterator[Source]:
    """Open a path, or standard input for ``-``; a file from the byte ``begin`` on.

    ``on_progress`` is called with the bytes consumed so far (as stored, so compressed ones count
    as they lie on the disk) and their total, None where it is not known.

    Raises :class:`InputError` where nothing can be read, :class:`EmptyInputError` where there is
    nothing to read.
    """
    name = os.fsdecode(name)
    if name == STDIN:
        if sys.stdin is None:
            raise InputError(_STDIN_NAME, "is closed")
        yield _not_empty(Source(_STDIN_NAME, sys.stdin.buffer, on_progress=on_progress))
        return
    try:
        if os.path.isdir(name):  # noqa: PTH112 (pathlib costs start-up time)
            raise InputError(name, "is a directory; a profile file is expected")
        raw = open(name, "rb")  # noqa: PTH123, SIM115 (pathlib again)
    except OSError as error:
        raise InputError(name, _reason(error)) from None
    except ValueError as error:
        raise InputError(repr(name), str(error)) from None
    with raw:
        if begin:
            raw.seek(begin)
        size = os.fstat(raw.fileno()).st_size
        # What has no size, such as a pipe, can be read once only.
        path = name if size else ""
        yield _not_empty(Source(name, raw, path=path, size=size or None, on_progress=on_progress))


def _not_empty(source: Source) -> Source:
    if not source.head:
        raise EmptyInputError(source.name, "is empty; a profile is expected")
    return source


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
