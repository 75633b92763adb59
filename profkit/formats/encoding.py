"""Text as UTF-8, whatever its byte order mark says, and its lines, whatever ends them.

Recorders write UTF-8; a shell or an editor on Windows may have made UTF-16 of it, or put a mark
before it.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from profkit.errors import FormatError
from profkit.profile import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.profile import LedgerBook
    from profkit.source import Source

__all__ = ["decoded", "is_utf16", "line_batches", "utf8_chunks", "utf8_head"]

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def decoded(text: bytes, ledger: LedgerBook, where: str) -> str:
    """Return a name as text; what is no UTF-8 in it is replaced, and counted."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        cause = "not valid UTF-8: \ufffd in place of what is not"
        ledger.add(Action.REPAIRED, "names", cause, 1, where)
        return text.decode(errors="replace")


def is_utf16(head: bytes) -> bool:
    """Tell by its mark whether a text is UTF-16."""
    return head[:2] in _UTF16


def utf8_head(head: bytes) -> bytes:
    """Return the beginning of a file as UTF-8, without a byte order mark."""
    encoding = _UTF16.get(head[:2])
    if encoding:
        return head[2:].decode(encoding, "replace").encode("utf-8", "replace")
    return head.removeprefix(codecs.BOM_UTF8)


def utf8_chunks(source: Source, end: int | None = None) -> Iterator[bytes]:
    """Yield a source's bytes as UTF-8, or those before ``end``, without a byte order mark.

    Raises :class:`~profkit.errors.FormatError` where a mark promises UTF-16 and it is none.
    """
    chunks = source.chunks(end=end)
    first = next(chunks, b"")
    encoding = _UTF16.get(first[:2])
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(first[2:]).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise FormatError(source.name, f"is not valid UTF-16 ({error.reason})") from None


def line_batches(source: Source, end: int | None = None) -> Iterator[tuple[list[bytes], bool]]:
    r"""Yield all lines as UTF-8, many at once, without their ends (``\n`` or ``\r\n``).

    All, or those before the byte ``end``.

    With each batch comes whether its lines have ends; a last line that has none comes alone.
    Raises :class:`~profkit.errors.FormatError` as :func:`utf8_chunks` does.
    """
    pieces: list[bytes] = []
    for chunk in utf8_chunks(source, end):
        whole, newline, rest = chunk.rpartition(b"\n")
        if not newline:
            pieces.append(rest)
            continue
        block = b"".join([*pieces, whole])
        pieces = [rest]
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").removesuffix(b"\r")
        yield block.split(b"\n"), True
    if last := b"".join(pieces):
        yield [last.removesuffix(b"\r")], False
