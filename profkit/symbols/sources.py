"""Give functions of generated JavaScript the names and places that they have in its source."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from profkit.errors import InputError, UsageError
from profkit.formats.places import path_of
from profkit.profile import ABSENT, ANONYMOUS, Action, Kind, LedgerBook
from profkit.profile.columns import indexes
from profkit.symbols.finding import base_name, is_as_recorded, map_beside, maps_named
from profkit.symbols.native import target_folder
from profkit.symbols.renaming import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from profkit.profile import Profile
    from profkit.symbols.sourcemap import SourceMap

    Numbers = npt.NDArray[np.int64]

__all__ = ["MAPPED_BESIDE", "MAPS", "apply_source_maps", "source_labels"]

MAPS = "source maps"
"""What the ledger counts where maps that nobody named do not serve."""

_UNIT = "functions"
_BESIDE = "the maps beside them"
_MAPPED = "mapped to their source by {}"
MAPPED_BESIDE = _MAPPED.format(_BESIDE)
"""Why the ledger has functions as used whose map nobody named."""

_POSITION = re.compile(r":([0-9]{1,9}):([0-9]{1,9})$")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|[a-z][a-z0-9+.-]+:")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]+://[^/]*|[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A map for the functions of one file; ``place`` is what its sources' paths are relative to."""

    map: SourceMap
    place: str
    label: str


def apply_source_maps(
    profile: Profile,
    paths: Sequence[str] = (),
    *,
    find: bool = False,
    target: str = "",
    sources: bool = False,
) -> Profile:
    """Give functions of generated files the names and places of their source; merge equal ones.

    ``paths`` are maps, or folders of maps. A map is for files of the name that it tells, or of its
    own name without ``.map``. ``find`` takes for other files the maps that lie beside them, where
    the files are on this machine (below ``target``, or the folder in
    :data:`~profkit.symbols.native.TARGET_VARIABLE`) and as they were recorded. A function whose
    place has no mapping stays as it is; the ledger tells how many. Lines of frames become lines of
    the source. With ``sources`` the profile gets the texts of sources that maps have.

    Raises :class:`UsageError` where no function of the profile is in the file of a named map, and
    :class:`~profkit.errors.InputError` where such a map makes no sense.
    """
    functions = profile.functions
    is_js = (functions.kind == Kind.JS) & (functions.file != ABSENT) & (functions.line != ABSENT)
    files = np.unique(functions.file[is_js]).tolist()
    ledger = LedgerBook(profile.ledger)
    chosen = _named(profile, files, paths) if paths else {}
    if find:
        rest = [file for file in files if file not in chosen]
        chosen |= _found(profile, rest, is_js, target_folder(target), ledger)
    if not chosen:
        closed = ledger.close()
        return profile if closed == profile.ledger else profile.replace(ledger=closed)
    return _mapped(profile, chosen, is_js, ledger, with_texts=sources)


def _named(profile: Profile, files: Sequence[int], paths: Sequence[str]) -> dict[int, _Chosen]:
    chosen: dict[int, _Chosen] = {}
    texts = {file: profile.strings[file] for file in files}
    for found, names in maps_named(paths, texts.values()):
        own = [file for file, text in texts.items() if base_name(text) in names]
        if not own:
            raise UsageError(
                f"{found.path} is a source map for {' or '.join(sorted(names))}, "
                "and no function of this profile is in such a file"
            )
        label = base_name(found.path)
        chosen = {file: _Chosen(found, texts[file], label) for file in own} | chosen
    return chosen


def _found(
    profile: Profile,
    files: Sequence[int],
    is_js: npt.NDArray[np.bool_],
    target: str,
    ledger: LedgerBook,
) -> dict[int, _Chosen]:
    chosen = {}
    functions = profile.functions
    for file in files:
        try:
            found = map_beside(profile.strings[file], target)
        except InputError as error:
            ledger.add(Action.SKIPPED, MAPS, "that make no sense", example=str(error))
            continue
        if not found:
            continue
        rows = is_js & (functions.file == file)
        if is_as_recorded(found.text, functions.line[rows], np.maximum(functions.column[rows], 1)):
            chosen[file] = _Chosen(found.map, found.place, _BESIDE)
        else:
            ledger.add(
                Action.SKIPPED,
                MAPS,
                "of files that have changed since they were recorded",
                example=profile.strings[file],
            )
    return chosen


def _mapped(
    profile: Profile,
    chosen: dict[int, _Chosen],
    is_js: npt.NDArray[np.bool_],
    ledger: LedgerBook,
    *,
    with_texts: bool,
) -> Profile:
    strings = {text: number for number, text in enumerate(profile.strings)}
    table, frames = profile.functions, profile.frames
    name, file, line, column = (
        part.astype(np.int64) for part in (table.name, table.file, table.line, table.column)
    )
    frame_line, frame_column = frames.line.astype(np.int64), frames.column.astype(np.int64)
    texts = dict(profile.sources)
    for number, choice in chosen.items():
        found = choice.map
        rows, mapping = _mappings(profile, found, np.flatnonzero(is_js & (table.file == number)))
        _account(ledger, choice, mapping)
        rows, mapping = rows[mapping != ABSENT], mapping[mapping != ABSENT]
        if not len(rows):
            continue
        names = _names(profile, found, rows, mapping)
        name[rows] = [
            strings.setdefault(new, len(strings)) if new else old
            for new, old in zip(names, name[rows].tolist(), strict=True)
        ]
        sources = np.full(len(found.sources), ABSENT, np.int64)
        for source in map(int, np.unique(found.source[mapping])):
            path = _resolved(found.sources[source], choice.place)
            sources[source] = strings.setdefault(path, len(strings))
            if with_texts and (text := found.contents[source]) is not None:
                texts[path] = text
        file[rows] = sources[found.source[mapping]]
        line[rows], column[rows] = found.line[mapping] + 1, found.column[mapping] + 1
        is_mapped = np.zeros(len(table), bool)
        is_mapped[rows] = True
        inner = np.flatnonzero(is_mapped[frames.function] & (frames.line != ABSENT))
        at = found.find(frames.line[inner], np.maximum(frames.column[inner], 1))
        # A position in another source, or in none, says nothing of a line in the function's own.
        known = (at != ABSENT) & (found.source[at] != ABSENT)
        known &= sources[found.source[at]] == file[frames.function[inner]]
        frame_line[inner] = np.where(known, found.line[at] + 1, ABSENT)
        frame_column[inner] = np.where(known, found.column[at] + 1, ABSENT)
    return merged(
        profile.replace(ledger=ledger.close(), sources=texts),
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


def _mappings(profile: Profile, found: SourceMap, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return the functions of a file and the mapping of each, -1 where it stays as it is.

    Of several sources none is the script as a whole, which begins where the first of them does.
    """
    table = profile.functions
    line, column = table.line[rows], np.maximum(table.column[rows], 1)
    mapping = found.find(line, column)
    has_name = np.append([source != "" for source in found.sources], False)
    mapping[~has_name[found.source[mapping]] | (mapping == ABSENT)] = ABSENT
    if np.count_nonzero(np.bincount(found.source[found.source != ABSENT])) > 1:
        mapping[(line == 1) & (column == 1)] = ABSENT
    return rows, mapping


def _names(profile: Profile, found: SourceMap, rows: Numbers, mapping: Numbers) -> Sequence[str]:
    from profkit.symbols.original_names import namer  # noqa: PLC0415 (needed here only)

    name_of = namer(found)
    table = profile.functions
    texts = [profile.strings[name] for name in table.name[rows].tolist()]
    places = zip(table.line[rows].tolist(), np.maximum(table.column[rows], 1).tolist(), strict=True)
    return [
        name_of("" if text == ANONYMOUS else text, line, column, row)
        if (line, column) != (1, 1)
        else ""
        for text, (line, column), row in zip(texts, places, mapping.tolist(), strict=True)
    ]


def _account(ledger: LedgerBook, choice: _Chosen, mapping: Numbers) -> None:
    label, example = choice.label, choice.map.path if choice.label == _BESIDE else ""
    mapped = int((mapping != ABSENT).sum())
    ledger.add(
        Action.READ, _UNIT, f"in files that have their source in {label}", len(mapping), example
    )
    ledger.add(Action.USED, _UNIT, _MAPPED.format(label), mapped, example)
    ledger.add(
        Action.SKIPPED, _UNIT, f"without a mapping in {label}", len(mapping) - mapped, example
    )


def _resolved(source: str, place: str) -> str:
    """Return the path of a source that is told relative to the file at ``place``."""
    if source.startswith("file://"):
        return path_of(source)
    if _ABSOLUTE.match(source):
        return source
    base = place.replace("\\", "/")
    origin = match[0] if (match := _ORIGIN.match(base)) else ""
    folder = posixpath.dirname(base.removeprefix(origin))
    path = origin + posixpath.normpath(posixpath.join(folder, source))
    return path.replace("/", "\\") if "\\" in place else path


def source_labels(path: str) -> Callable[[str], str]:
    """Return what puts a source's place before a label, as V8's own tool does.

    That tool takes the last mapping before the place that a label ends in, whatever file that is
    in, and fails where there is none; such labels stay as they are.

    Raises :class:`~profkit.errors.InputError` where the map makes no sense.
    """
    from profkit.symbols.sourcemap import read_source_map  # noqa: PLC0415 (imports msgspec)

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
