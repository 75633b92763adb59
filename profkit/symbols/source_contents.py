"""The texts of sources that a source map carries along: its ``sourcesContent`` (ECMA-426)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from profkit.errors import InputError
from profkit.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["contents_of"]

_GUARD = b")]}"


class _Map(msgspec.Struct, rename="camel"):
    sources: list[str | None] = []
    sources_content: list[str | None] | None = None
    source_root: str | None = None
    sections: list[_Section] | None = None


class _Section(msgspec.Struct):
    map: _Map


def contents_of(path: str) -> Iterator[tuple[str, str]]:
    """Yield the names of sources, as a source map's functions get them, and their texts.

    Raises :class:`InputError` where it makes no sense.
    """
    with open_source(path) as source:
        data = b"".join(source.chunks())
    if data.startswith(_GUARD):
        data = data.partition(b"\n")[2]
    try:
        found = msgspec.json.decode(data, type=_Map)
    except msgspec.DecodeError as error:
        raise InputError(path, f"is no source map: {error}") from None
    for part in [found] if found.sections is None else [s.map for s in found.sections]:
        root = part.source_root or ""
        if root and not root.endswith("/"):
            root += "/"
        for name, text in zip(part.sources, part.sources_content or [], strict=False):
            if text is not None:
                yield root + (name or ""), text
