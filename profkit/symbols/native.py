"""Name native code: the frames of a profile that say no more than a library and an address."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, Action, Kind, LedgerBook
from profkit.symbols.demangle import demangled, without_signature
from profkit.symbols.lookup import find_library, read_symbol_file
from profkit.symbols.renaming import merged
from profkit.symbols.table import SymbolFileError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from profkit.profile import Library, Profile
    from profkit.symbols.lookup import LibrarySymbols

__all__ = ["TARGET_VARIABLE", "name_native_code", "native_names", "target_folder"]

TARGET_VARIABLE = "PROFKIT_TARGET"
_UNIT = "libraries"


def target_folder(named: str) -> str:
    """Return the folder below which the recorded program's files are, empty where none is told."""
    return named or os.environ.get(TARGET_VARIABLE, "")


def name_native_code(
    profile: Profile, files: Sequence[tuple[str, str]] = (), target: str = ""
) -> Profile:
    """Give the native frames of a profile the names of their functions.

    ``files`` are pairs of a library's path or base name and a file with its symbols; other
    libraries are looked up by their paths below the folder ``target``, without it that of the
    environment variable :data:`TARGET_VARIABLE`. Frames that become equal are
    merged. What has no symbol stays the library's own; the ledger tells which libraries had none.

    Raises :class:`UsageError` where a pair names no library of the profile, and
    :class:`~profkit.errors.InputError` where its file makes no sense.
    """
    frames = profile.frames
    is_native = profile.functions.kind[frames.function] == Kind.SHARED_LIBRARY
    rows = np.flatnonzero(is_native & (frames.library != ABSENT) & (frames.address != ABSENT))
    ledger = LedgerBook(profile.ledger)
    names = native_names(
        profile.libraries, frames.address[rows], frames.library[rows], ledger, files, target
    )
    if not len(rows):
        return profile
    named = {int(rows[place]): name for place, name in names.items()}
    return _renamed(profile.replace(ledger=ledger.close()), named)


def native_names(
    libraries: Sequence[Library],
    addresses: npt.NDArray[np.int64],
    library: npt.NDArray[np.integer],
    ledger: LedgerBook,
    files: Sequence[tuple[str, str]] = (),
    target: str = "",
) -> dict[int, tuple[str, int]]:
    """Return the raw symbols of addresses, each with where it begins, for the rows that have one.

    ``library`` is the number of each address' library; of shape ``(rows,)`` as ``addresses``. See
    :func:`name_native_code` for the rest. The ledger is told which libraries had no symbols.
    """
    chosen = _chosen(libraries, files)
    target = target_folder(target)
    wanted = np.unique(library).tolist()
    names: dict[int, tuple[str, int]] = {}
    is_foreign = False
    for number in sorted(set(wanted) | {0}) if wanted else []:
        if number in wanted:
            ledger.add(Action.READ, _UNIT, "with ticks in them")
        try:
            symbols = _symbols(libraries[number], chosen.get(number), target, is_foreign=is_foreign)
        except SymbolFileError as error:
            is_foreign |= number == 0
            if number in wanted:
                path = libraries[number].path
                ledger.add(Action.SKIPPED, _UNIT, f"not named: {path} {error}")
            continue
        if number in wanted:
            ledger.add(Action.USED, _UNIT, "named by their symbols")
            own = np.flatnonzero(library == number)
            found, begin = symbols.find(addresses[own])
            names |= {
                row: (name, at)
                for row, name, at in zip(own.tolist(), found, begin.tolist(), strict=True)
                if name
            }
    return names


def _chosen(libraries: Sequence[Library], files: Sequence[tuple[str, str]]) -> Mapping[int, str]:
    """Return the file to read for each library that the user named one for."""
    answer: dict[int, str] = {}
    for name, file in files:
        numbers = [
            number
            for number, library in enumerate(libraries)
            if name in (library.path, _base(library.path))
        ]
        if not numbers:
            known = ", ".join(dict.fromkeys(_base(library.path) for library in libraries))
            raise UsageError(f"{name!r} is no library of this profile; it has {known or 'none'}")
        answer |= dict.fromkeys(numbers, file)
    return answer


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _symbols(
    library: Library, file: str | None, target: str, *, is_foreign: bool
) -> LibrarySymbols:
    if file is not None:
        return read_symbol_file(file, library)
    if library.path.startswith("["):
        raise SymbolFileError("is no file")
    if is_foreign:
        raise SymbolFileError("is not looked up: the program was recorded elsewhere")
    return find_library(library, target)


def _renamed(profile: Profile, names: Mapping[int, tuple[str, int]]) -> Profile:
    """Put names and where they begin into frames, and merge what has become equal."""
    if not names:
        return profile
    strings = {text: number for number, text in enumerate(profile.strings)}
    table = profile.functions
    columns = [table.name, table.file, table.line, table.column, table.kind, table.package]
    rows = [tuple(row) for row in np.stack(columns, axis=1).tolist()]
    functions = {row: number for number, row in reversed(list(enumerate(rows)))}
    frames = profile.frames
    function, address, tag = frames.function.copy(), frames.address.copy(), frames.tag.copy()
    labels: dict[str, tuple[int, int]] = {}
    for row, (symbol, begin) in names.items():
        if symbol not in labels:
            full = demangled(symbol)
            short = sys.intern(without_signature(full))
            labels[symbol] = (
                strings.setdefault(short, len(strings)),
                strings.setdefault(full, len(strings)),
            )
        name, tag[row] = labels[symbol]
        file = int(table.file[function[row]])
        key = (name, file, ABSENT, ABSENT, int(Kind.NATIVE), ABSENT)
        if key not in functions:
            functions[key] = len(rows)
            rows.append(key)
        function[row], address[row] = functions[key], begin
    return merged(
        profile,
        tuple(strings),
        type(table)(*np.array(rows, np.int64).T),
        replace(frames, function=function, address=address, tag=tag),
    )
