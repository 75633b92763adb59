"""What was last read in this directory, so that ``profkit flame out.svg`` needs no other name.

One small JSON file for each directory, in the user's cache. Memory is a comfort: where it cannot
be written or makes no sense, nothing was remembered, and nothing else suffers.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from profkit.errors import ProfkitError
from profkit.files import write_file
from profkit.source import STDIN

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Remembered", "RememberedFile", "forget", "recall", "remember"]


@dataclass(frozen=True, slots=True)
class RememberedFile:
    """A file as it was when it was read: absolute path, format, size in bytes, mtime in ns."""

    path: str
    format: str
    size: int
    mtime: int

    @property
    def is_unchanged(self) -> bool:
        """Whether the file still is what was read."""
        try:
            status = os.stat(self.path)
        except (OSError, ValueError):
            return False
        return (status.st_size, status.st_mtime_ns) == (self.size, self.mtime)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The files that one command read together, in which folder, and when (since the epoch)."""

    folder: str
    files: tuple[RememberedFile, ...]
    when: float

    @property
    def paths(self) -> tuple[str, ...]:
        """The absolute paths, in the order in which they were named."""
        return tuple(file.path for file in self.files)


def remember(paths: Sequence[str], formats: Sequence[str]) -> None:
    """Remember what this directory's commands last read; each path with its format's name.

    What came from standard input cannot be read again, so it leaves nothing to remember.
    """
    with contextlib.suppress(OSError, ValueError, ProfkitError):
        if STDIN in paths:
            forget()
            return
        files = []
        for path, name in zip(paths, formats, strict=True):
            status = os.stat(path)
            files.append(
                RememberedFile(os.path.abspath(path), name, status.st_size, status.st_mtime_ns)
            )
        folder = os.getcwd()
        place = _place(folder)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        write_file(place, json.dumps(asdict(Remembered(folder, tuple(files), time.time()))))


def forget() -> None:
    """Remember nothing for this directory."""
    with contextlib.suppress(OSError):
        os.unlink(_place(os.getcwd()))


def recall() -> Remembered | None:
    """Return what was last read in this directory, or None where nothing is known."""
    try:
        folder = os.getcwd()
        with open(_place(folder), "rb") as file:
            kept = json.load(file)
        files = tuple(RememberedFile(**file) for file in kept["files"])
        answer = Remembered(kept["folder"], files, float(kept["when"]))
        time.localtime(answer.when)  # fails where that is no time at all
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return None
    is_sound = files and all(isinstance(path, str) for path in answer.paths)
    return answer if is_sound and answer.folder == folder else None


def _place(folder: str) -> str:
    """Return the file that remembers for a folder; two folders may share one, in turns."""
    caches = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(caches):  # the specification has relative paths ignored
        caches = os.path.expanduser("~/.cache")
    name = f"{zlib.crc32(os.fsencode(folder)):08x}.json"
    return os.path.join(caches, "profkit", "last", name)
