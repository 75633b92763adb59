"""From a library that a log names to its symbols: the file itself, or what stands in for it."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import InputError
from profkit.profile.columns import ABSENT
from profkit.source import open_source
from profkit.symbols.elf import MAGIC, Elf
from profkit.symbols.listing import parse_listing
from profkit.symbols.table import SymbolFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Library
    from profkit.symbols.table import SymbolTable

    Numbers = npt.NDArray[np.int64]

__all__ = ["LibrarySymbols", "find_library", "read_symbol_file"]

_DEBUG_FOLDER = "/usr/lib/debug"


@dataclass(frozen=True, slots=True)
class LibrarySymbols:
    """The symbols of one mapping, ready to be asked with the addresses of a profile.

    ``shift`` is what is added to such an address: it becomes a place in the ELF file, or where
    there is none the address that a listing has. Of several tables the first that knows counts.
    """

    tables: tuple[SymbolTable, ...]
    shift: int
    elf: Elf | None = None

    def find(self, addresses: Numbers) -> tuple[list[str], Numbers]:
        """Return each address' raw symbol, empty where none, and at which address that begins.

        The latter ``int64``, the shape of ``addresses``.
        """
        own = addresses + self.shift
        if self.elf is not None:
            own = self.elf.addresses_of(own)
        names, begin = [""] * len(addresses), addresses.copy()
        for table in reversed(self.tables):
            row = table.find(own)
            known = np.flatnonzero((row != ABSENT) & (own != ABSENT))
            begin[known] = (addresses - own)[known] + table.start[row[known]]
            for place in known.tolist():
                names[place] = table.name(int(row[place]))
        return names, begin


def read_symbol_file(path: str, library: Library) -> LibrarySymbols:
    """Read what the user named for a library: a listing or an ELF file, plain or compressed.

    Raises :class:`InputError` where it cannot be read, holds no symbols, or is an ELF file other
    than the one that was mapped.
    """
    with open_source(path) as source:
        data = b"".join(source.chunks())
    try:
        if data[:4] != MAGIC:
            listing = parse_listing(data)
            base = listing.base_in(library.start, library.end, library.bias)
            return LibrarySymbols((listing.table,), base - library.start)
        return _of_elf(Elf(memoryview(data)), library, ())
    except SymbolFileError as error:
        raise InputError(path, str(error)) from None


def find_library(library: Library, target: str) -> LibrarySymbols:
    """Read the symbols of a library from the file that was mapped, below the folder ``target``.

    Where that file names separate ones with its symbols, they are read as well, if they are there.

    Raises :class:`SymbolFileError` where the file is not there, is another than the one that was
    mapped, or makes no sense.
    """
    path = _below(target, library.path)
    elf = Elf(_mapped(path))
    return _of_elf(elf, library, [_below(target, file) for file in _debug_files(elf, library.path)])


def _of_elf(elf: Elf, library: Library, debug_files: Sequence[str]) -> LibrarySymbols:
    placement = elf.placement(library.start, library.end)
    if placement is None:
        raise SymbolFileError(
            f"is not the file that was mapped: no code in it is {library.end - library.start:,} "
            "bytes long"
        )
    files = [elf, *_separate(elf, debug_files)]
    if packed := elf.packed():
        files.append(packed)
    tables = tuple(table for file in files if len(table := file.symbols()))
    return LibrarySymbols(tables, placement - library.start, elf)


def _debug_files(elf: Elf, path: str) -> list[str]:
    """Return where GDB looks for a file's symbols, in its order."""
    places = []
    if build_id := elf.build_id:
        places.append(f"{_DEBUG_FOLDER}/.build-id/{build_id[:2]}/{build_id[2:]}.debug")
    if link := elf.debug_link:
        folder = path.rpartition("/")[0]
        places += [
            f"{folder}/{link[0]}",
            f"{folder}/.debug/{link[0]}",
            f"{_DEBUG_FOLDER}{folder}/{link[0]}",
        ]
    return places


def _separate(elf: Elf, places: Sequence[str]) -> list[Elf]:
    """Open the first of some files that holds the symbols of this ELF file."""
    for place in places:
        try:
            found = Elf(_mapped(place))
            same = (
                found.build_id == elf.build_id
                if elf.build_id
                else elf.debug_link is not None and found.crc() == elf.debug_link[1]
            )
            if same and len(found.symbols()):
                return [found]
        except SymbolFileError:
            continue
    return []


def _below(target: str, path: str) -> str:
    return target.rstrip("/") + path if target else path


def _mapped(path: str) -> memoryview:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (nothing of pathlib is needed)
            if not os.fstat(file.fileno()).st_size:
                raise SymbolFileError("is empty")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SymbolFileError(f"cannot be read: {(reason or str(error)).lower()}") from None
