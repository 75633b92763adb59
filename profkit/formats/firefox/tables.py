"""Tables of the processed format, objects of columns; and where functions come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from profkit.formats.interning import Numbered
from profkit.formats.writing.jsonpieces import joined
from profkit.profile import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from profkit.profile import Profile
    from profkit.profile.columns import IndexColumn

__all__ = ["Resources", "columns", "fixed", "numbers", "optional"]

_LIBRARY = 1


def columns(length: int, **parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a table, given its columns as JSON arrays."""
    yield f'{{"length":{length}'.encode()
    for name, pieces in parts.items():
        yield f',"{name}":'.encode()
        yield from pieces
    yield b"}"


def numbers(values: Iterable[int]) -> Iterator[bytes]:
    """Yield whole numbers as a JSON array."""
    return joined(map(str, values))


def fixed(value: str, count: int) -> Iterator[bytes]:
    """Yield a JSON value ``count`` times, as an array."""
    return joined(value for _ in range(count))


def optional(column: IndexColumn) -> Iterator[bytes]:
    """Yield a column as a JSON array, with null for -1."""
    return joined("null" if value == ABSENT else str(value) for value in column.tolist())


class Resources:
    """Where functions come from: the library of native ones, and the file of any.

    ``of_function`` and ``source_of_function`` (shape ``(functions,)``) are rows of the tables, -1
    where there is none.
    """

    def __init__(self, profile: Profile, strings: Numbered[str]) -> None:
        functions, frames = profile.functions, profile.frames
        self._strings = strings
        library = np.full(len(functions), ABSENT, np.int32)
        has_library = frames.library != ABSENT
        library[frames.function[has_library]] = frames.library[has_library]
        self._libraries = Numbered[int]()
        self._names = [lib.path.rpartition("/")[2] for lib in profile.libraries]
        self._files = Numbered[str]()
        self.of_function = np.array(
            [ABSENT if lib == ABSENT else self._libraries[lib] for lib in library.tolist()],
            np.int32,
        )
        files = map(profile.text, functions.file.tolist())
        self.source_of_function = np.array(
            [self._files[file] if file else ABSENT for file in files], np.int32
        )

    def table(self) -> Iterator[bytes]:
        """Yield the table of resources."""
        libraries = list(self._libraries)
        names = [self._strings[self._names[library]] for library in libraries]
        return columns(
            len(libraries),
            lib=numbers(libraries),
            name=numbers(names),
            host=fixed("null", len(libraries)),
            type=fixed(str(_LIBRARY), len(libraries)),
        )

    def sources(self) -> Iterator[bytes]:
        """Yield the table of files."""
        names = [self._strings[file] for file in self._files]
        return columns(len(names), uuid=fixed("null", len(names)), filename=numbers(names))
