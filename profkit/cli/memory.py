"""What was last read in this directory, so that ``profkit flame out.svg`` needs no other name.

One small JSON file for each directory, in the user's cache. Memory is a comfort: where it cannot
be written or makes no sense, nothing was remembered, and nothing else suffers.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from profkit.cli.output import write_file
from profkit.errors import ProfkitError
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
            status = os.stat(self.path)  # noqa: PTH116 (a name may hold what a Path refuses)
        except (OSError, ValueError):
            return False
        return (status.st_size, status.st_mtime_ns) == (self.size, self.mtime)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The files that one command read together, and when: seconds since the epoch."""

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
    with contextlib.suppress(OSError, ValueError, RuntimeError, ProfkitError):
        if STDIN in paths:
            forget()
            return
        files = []
        for path, name in zip(paths, formats, strict=True):
            status = os.stat(path)  # noqa: PTH116
            files.append(
                RememberedFile(os.path.abspath(path), name, status.st_size, status.st_mtime_ns)  # noqa: PTH100
            )
        place = _place()
        place.parent.mkdir(parents=True, exist_ok=True)
        write_file(place, json.dumps(asdict(Remembered(tuple(files), time.time()))))


def forget() -> None:
    """Remember nothing for this directory."""
    with contextlib.suppress(OSError, RuntimeError):
        _place().unlink(missing_ok=True)


def recall() -> Remembered | None:
    """Return what was last read in this directory, or None where nothing is known."""
    try:
        kept = json.loads(_place().read_bytes())
        files = tuple(RememberedFile(**file) for file in kept["files"])
        answer = Remembered(files, float(kept["when"]))
        time.localtime(answer.when)  # fails where that is no time at all
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, OverflowError):
        return None
    return answer if files and all(isinstance(path, str) for path in answer.paths) else None


def _place() -> Path:
    caches = os.environ.get("XDG_CACHE_HOME", "")
    # The specification has relative paths ignored.
    folder = Path(caches) if os.path.isabs(caches) else Path("~/.cache").expanduser()  # noqa: PTH117
    here = hashlib.sha256(os.fsencode(os.getcwd())).hexdigest()[:32]  # noqa: PTH109
    return folder / "profkit" / "last" / f"{here}.json"
