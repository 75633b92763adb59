"""The same function in several recordings: by its name, its kind and its file, lines ignored."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from profkit.profile import ABSENT, ANONYMOUS
from profkit.profile.columns import concat, unique_rows
from profkit.transforms.joining.files import FileFacts, same_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from profkit.profile import Profile

    Numbers = npt.NDArray[np.int64]

__all__ = ["Rows", "lines_moved", "same_functions"]

_Place = tuple[int, int]

_NAMELESS = (ANONYMOUS, "<module>", "<lambda>")


class Rows:
    """The function tables of several recordings under one another; columns of shape ``(rows,)``.

    ``name`` and ``file`` are numbers in ``strings``, -1 where unknown; ``file`` is what the file is
    called in the first recording that has it. ``profile`` is the number of a row's recording.
    ``file_as_named`` is its own name for it, and ``is_moved`` tells that the two are no more alike
    than by the functions in them. ``of_string`` has the number of each recording's own strings,
    with -1 in the last place.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        tables = [profile.functions for profile in profiles]
        self.lengths = [len(table) for table in tables]
        self.profile = np.repeat(np.arange(len(tables)), self.lengths)
        called, moved = same_files([_files(profile) for profile in profiles])
        numbers: dict[str, int] = {}
        self.of_string: list[Numbers] = []
        names, files, packages, files_as_named, moves = [], [], [], [], []
        for profile, table, same, gone in zip(profiles, tables, called, moved, strict=True):
            strings = [numbers.setdefault(text, len(numbers)) for text in profile.strings]
            of_file = [numbers.setdefault(same.get(t, t), len(numbers)) for t in profile.strings]
            of_string = np.array([*strings, ABSENT], np.int64)
            self.of_string.append(of_string)
            names.append(of_string[table.name])
            files.append(np.array([*of_file, ABSENT], np.int64)[table.file])
            packages.append(of_string[table.package])
            files_as_named.append(of_string[table.file])
            was_moved = np.array([*(t in gone for t in profile.strings), False])
            moves.append(was_moved[table.file])
        self.strings = tuple(numbers)
        self.name = concat(names, np.int64)
        self.file = concat(files, np.int64)
        self.file_as_named = concat(files_as_named, np.int64)
        self.is_moved = concat(moves, np.bool_)
        self.package = concat(packages, np.int64)
        self.kind = concat([table.kind for table in tables], np.int64)
        self.line = concat([table.line for table in tables], np.int64)
        self.column = concat([table.column for table in tables], np.int64)

    def __len__(self) -> int:
        return len(self.name)

    @property
    def columns(self) -> tuple[Numbers, ...]:
        """The columns in the order of a function table's."""
        return self.name, self.file, self.line, self.column, self.kind, self.package


def _files(profile: Profile) -> dict[str, FileFacts]:
    """Return the files that functions are in."""
    functions = profile.functions
    names: dict[int, set[str]] = defaultdict(set)
    package: dict[int, str] = {}
    for row, (file, name) in enumerate(
        zip(functions.file.tolist(), functions.name.tolist(), strict=True)
    ):
        if file != ABSENT:
            package.setdefault(file, profile.text(int(functions.package[row])))
            if name != ABSENT and profile.strings[name] not in _NAMELESS:
                names[file].add(profile.strings[name])
    return {
        profile.strings[file]: FileFacts(of, frozenset(names[file])) for file, of in package.items()
    }


def same_functions(rows: Rows, is_base: npt.NDArray[np.bool_]) -> Numbers:
    """Return a number for each row, the same where it is the same function; shape ``(rows,)``.

    ``is_base`` (shape ``(profiles,)``) tells the two versions of the program apart. Functions are
    the same that have one name, kind and file. Where a recording has several of these, a place
    tells them apart within a version; between versions it may be further down by as many lines as
    its neighbours in the file, or the first is the first where they are equally many.
    """
    _, group = unique_rows(rows.name, rows.kind, rows.file)
    _, place = unique_rows(group, rows.profile)
    crowded = np.zeros(int(group.max(initial=-1)) + 1, bool)
    crowded[group[np.bincount(place)[place] > 1]] = True
    if not crowded.any():
        return group
    anchors = _anchors(rows, is_base, group, crowded)
    answer, size = group.copy(), len(crowded)
    members = np.flatnonzero(crowded[group])
    members = members[np.argsort(group[members], kind="stable")]
    for part in np.split(members, np.flatnonzero(np.diff(group[members])) + 1):
        places = list(zip(rows.line[part].tolist(), rows.column[part].tolist(), strict=True))
        old = is_base[rows.profile[part]].tolist()
        base = sorted({p for p, is_old in zip(places, old, strict=True) if is_old})
        new = sorted({p for p, is_old in zip(places, old, strict=True) if not is_old})
        moved = _pairs(base, new, anchors.get(int(rows.file[part[0]]), []))
        seat = {p: size + n for n, p in enumerate(new)}
        stays = {p: size + len(new) + n for n, p in enumerate(base)}
        stays |= {p: seat[moved[p]] for p in moved}
        answer[part] = [
            (stays if is_old else seat)[p] for p, is_old in zip(places, old, strict=True)
        ]
        size += len(new) + len(base)
    return unique_rows(answer)[1]


def lines_moved(
    rows: Rows, is_base: npt.NDArray[np.bool_], function: Numbers
) -> dict[tuple[int, int], int]:
    """Return where lines of the base's functions are in the candidate, where that is clear.

    Keys and values are lines, keys after the number of their file. A line is clear that lies
    between functions which moved by equally many lines.
    """
    answer = {}
    anchors = _anchors(rows, is_base, function, np.zeros(int(function.max(initial=-1)) + 1, bool))
    known = is_base[rows.profile] & (rows.line != ABSENT)
    for file, line in {*zip(rows.file[known].tolist(), rows.line[known].tolist(), strict=True)}:
        shifts = _shifts(line, anchors.get(file, []))
        if file in anchors and len(shifts) == 1:
            answer[file, line] = line + shifts.pop()
    return answer


def _anchors(
    rows: Rows, is_base: npt.NDArray[np.bool_], group: Numbers, crowded: npt.NDArray[np.bool_]
) -> dict[int, list[_Place]]:
    """Return for each file the lines, before and after, of functions that are alone in their name.

    Those that have several lines in one version are left out, and those that go backwards.
    """
    alone = np.flatnonzero(~crowded[group] & (rows.line != ABSENT) & (rows.file != ABSENT))
    lines: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for row in alone.tolist():
        lines[int(group[row])][0 if is_base[rows.profile[row]] else 1].add(int(rows.line[row]))
    file_of = dict(zip(group[alone].tolist(), rows.file[alone].tolist(), strict=True))
    answer: dict[int, list[_Place]] = defaultdict(list)
    for number, (before, after) in lines.items():
        if len(before) == len(after) == 1:
            answer[file_of[number]].append((before.pop(), after.pop()))
    return {file: sorted(pairs) for file, pairs in answer.items()}


def _pairs(base: list[_Place], new: list[_Place], anchors: list[_Place]) -> dict[_Place, _Place]:
    """Return which of the new places each of the base's is, where that is clear."""
    if base == new:
        return dict(zip(base, new, strict=True))
    taken: dict[_Place, list[_Place]] = defaultdict(list)
    for line, column in base:
        wanted = {(line + shift, column) for shift in _shifts(line, anchors)} & set(new)
        if len(wanted) == 1:
            taken[wanted.pop()].append((line, column))
    answer = {one[0]: place for place, one in taken.items() if len(one) == 1}
    left = [place for place in base if place not in answer]
    free = [place for place in new if place not in set(answer.values())]
    if len(left) == len(free):
        answer |= dict(zip(left, free, strict=True))
    return answer


def _shifts(line: int, anchors: list[_Place]) -> set[int]:
    """Return by how many lines those around this one moved; by none where nothing is known."""
    if not anchors:
        return {0}
    after = bisect_right(anchors, (line, 2**31))
    around = anchors[max(after - 1, 0) : after + 1]
    return {new - old for old, new in around}
