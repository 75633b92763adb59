"""Give functions of generated JavaScript the names and places that they have in its source."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import UsageError
from profkit.profile import ABSENT, Action, Kind, LedgerBook
from profkit.profile.columns import indexes
from profkit.symbols.renaming import merged
from profkit.symbols.sourcemap import read_source_map

if TYPE_CHECKING:
    from collections.abc import Callable

    from profkit.profile import Profile
    from profkit.symbols.sourcemap import SourceMap

__all__ = ["apply_source_map", "source_labels"]

_UNIT = "functions"
_POSITION = re.compile(r":([0-9]{1,9}):([0-9]{1,9})$")


def apply_source_map(profile: Profile, path: str) -> Profile:
    """Map the functions of the file that a source map is for; those that become equal are merged.

    A map is for files of the name that it tells, or of its own name without ``.map``. A function
    whose place has no mapping stays as it is; the ledger tells how many. Lines of frames become
    lines of the source.

    Raises :class:`UsageError` where no function of the profile is in such a file, and
    :class:`~profkit.errors.InputError` where the map makes no sense.
    """
    found = read_source_map(path)
    functions = profile.functions
    wanted = {_base(name).lower() for name in (found.file, _without_suffix(path)) if name}
    is_for = np.array([_base(text).lower() in wanted for text in (*profile.strings, "")], bool)
    of_map = (functions.kind == Kind.JS) & is_for[functions.file] & (functions.line != ABSENT)
    rows = np.flatnonzero(of_map)
    if not len(rows):
        raise UsageError(
            f"{path} is a source map for {' or '.join(sorted(wanted))}, "
            "and no function of this profile is in such a file"
        )
    mapping = found.find(functions.line[rows], np.maximum(functions.column[rows], 1))
    has_source = (mapping != ABSENT) & (found.source[mapping] != ABSENT)
    rows, mapping = rows[has_source], mapping[has_source]
    ledger = LedgerBook(profile.ledger)
    total = int(of_map.sum())
    base = _base(path)
    ledger.add(Action.READ, _UNIT, f"in the file that {base} is for", total)
    ledger.add(Action.USED, _UNIT, f"mapped to their source by {base}", len(rows))
    ledger.add(Action.SKIPPED, _UNIT, f"without a mapping in {base}", total - len(rows))
    return _mapped(profile.replace(ledger=ledger.close()), found, rows, mapping)


def _mapped(
    profile: Profile,
    found: SourceMap,
    rows: np.ndarray[tuple[int], np.dtype[np.int64]],
    mapping: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> Profile:
    strings = {text: number for number, text in enumerate(profile.strings)}
    sources, names = (
        np.array([strings.setdefault(text, len(strings)) for text in texts] + [ABSENT], np.int64)
        for texts in (found.sources, found.names)
    )
    table = profile.functions
    name, file, line, column = (
        part.astype(np.int64) for part in (table.name, table.file, table.line, table.column)
    )
    name[rows] = np.where(found.name[mapping] == ABSENT, name[rows], names[found.name[mapping]])
    file[rows] = sources[found.source[mapping]]
    line[rows], column[rows] = found.line[mapping] + 1, found.column[mapping] + 1
    frames = profile.frames
    is_mapped = np.zeros(len(table), bool)
    is_mapped[rows] = True
    inner = np.flatnonzero(is_mapped[frames.function] & (frames.line != ABSENT))
    at = found.find(frames.line[inner], np.maximum(frames.column[inner], 1))
    # A position in another source, or in none, says nothing of a line in the function's own.
    known = (at != ABSENT) & (sources[found.source[at]] == file[frames.function[inner]])
    frame_line, frame_column = frames.line.astype(np.int64), frames.column.astype(np.int64)
    frame_line[inner] = np.where(known, found.line[at] + 1, ABSENT)
    frame_column[inner] = np.where(known, found.column[at] + 1, ABSENT)
    return merged(
        profile,
        tuple(strings),
        replace(
            table,
            name=indexes(name),
            file=indexes(file),
            line=indexes(line),
            column=indexes(column),
        ),
        replace(frames, line=indexes(frame_line), column=indexes(frame_column)),
    )


def source_labels(path: str) -> Callable[[str], str]:
    """Return what puts a source's place before a label, as V8's own tool does.

    That tool takes the last mapping before the place that a label ends in, whatever file that is
    in, and fails where there is none; such labels stay as they are.

    Raises :class:`~profkit.errors.InputError` where the map makes no sense.
    """
    found = read_source_map(path)

    def labelled(label: str) -> str:
        match = _POSITION.search(label)
        if not match:
            return label
        row = int(found.nearest(*(np.array([int(number)]) for number in match.groups()))[0])
        if row == ABSENT or found.source[row] == ABSENT:
            return label
        place = f"{found.line[row] + 1}:{found.column[row] + 1}"
        return f"{found.sources[found.source[row]]}:{place} -> {label}"

    return labelled


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _without_suffix(path: str) -> str:
    return _base(path).removesuffix(".gz").removesuffix(".zst").removesuffix(".map")
