"""The text of source files: from the recording, from a source map, or from the disk."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from profkit.errors import InputError
from profkit.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profkit.profile import Profile

__all__ = ["SourceText", "source_text"]

_LARGEST = 64_000_000
"""Bytes; what is larger is no source that anybody wants to read line by line."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source file's lines, the first one being line 1.

    ``origin`` is the path that they were read from, empty where the recording or a source map had
    them. ``is_newer`` tells that this file was changed after the recording was written.
    """

    lines: tuple[str, ...]
    origin: str = ""
    is_newer: bool = False


def source_text(profile: Profile, file: str, root: str = "") -> SourceText | None:
    """Return the text of a file that functions of the profile are in, None where there is none.

    What came with the recording, or in a source map, is what ran, and comes first (see
    ``sources`` in :class:`~profkit.ReadOptions`). Then the disk is looked at: below ``root``, if
    given, for the whole path of the file and then for less and less of its beginning; else for the
    path as it was recorded, relative to the current folder where it is relative. Only plain files
    up to 64 MB are read, and nothing above ``root``.

    >>> import profkit
    >>> options = profkit.ReadOptions(sources=True)
    >>> profile = profkit.load("samples/node/22.23.3/auth-api-logger.v8.log.gz", options=options)
    >>> text = profkit.source_text(profile, "/srv/auth-api/lib/auth.js")
    >>> text.lines[0]
    "'use strict';"
    """
    known = profile.sources.get(file)
    if known is not None:
        return SourceText(_lines(known))
    recorded = _changed(profile.meta.source)
    for path in _candidates(file, root):
        found = _read(path)
        if found is not None:
            changed = _changed(path)
            is_newer = recorded is not None and changed is not None and changed > recorded
            return SourceText(_lines(found), path, is_newer)
    return None


def _lines(text: str) -> tuple[str, ...]:
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(line.removesuffix("\r") for line in lines)


def _candidates(file: str, root: str) -> Iterator[str]:
    if "\0" in file:
        return
    if not root:
        yield file
        return
    parts = [part for part in file.replace("\\", "/").split("/") if part not in ("", ".")]
    if os.pardir in parts:
        return
    for start in range(len(parts)):
        yield str(Path(root, *parts[start:]))


def _read(path: str) -> str | None:
    try:
        about = Path(path).stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            return None
        with open_source(path) as source:
            return b"".join(source.chunks()).decode("utf-8", "replace")
    except (OSError, ValueError, InputError):
        return None


def _changed(path: str) -> float | None:
    try:
        return Path(path).stat().st_mtime
    except (OSError, ValueError):
        return None
